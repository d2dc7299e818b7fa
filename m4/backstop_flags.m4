# BACKSTOP_CFLAG(FLAG, VARIABLE, [required]): adds FLAG to VARIABLE if the compiler takes it.
AC_DEFUN([BACKSTOP_CFLAG],
[AC_MSG_CHECKING([whether the compiler takes $1])
backstop_saved="$CFLAGS"
CFLAGS="$CFLAGS -Werror $1"
AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
  [AC_MSG_RESULT([yes]); $2="$$2 $1"],
  [AC_MSG_RESULT([no]); m4_ifval([$3], [AC_MSG_ERROR([the compiler must take $1])])])
CFLAGS="$backstop_saved"])

# BACKSTOP_LDFLAG(FLAG, VARIABLE): adds FLAG to VARIABLE if the linker takes it.
AC_DEFUN([BACKSTOP_LDFLAG],
[AC_MSG_CHECKING([whether the linker takes $1])
backstop_saved="$LDFLAGS"; backstop_saved_c="$CFLAGS"
CFLAGS="$CFLAGS -fPIE"
LDFLAGS="$LDFLAGS -Werror $1"
AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
  [AC_MSG_RESULT([yes]); $2="$$2 $1"],
  [AC_MSG_RESULT([no])])
LDFLAGS="$backstop_saved"; CFLAGS="$backstop_saved_c"])
