libfetcher_a_SOURCES += %D%/box.c %D%/box.h %D%/box_store.c %D%/box_store.h %D%/box_store_flags.c \
	%D%/box_store_move.c %D%/box_store_slots.c %D%/box_store_wait.c %D%/private.h %D%/program_box.c \
	%D%/program_box.h %D%/shelf.c %D%/shelf.h
