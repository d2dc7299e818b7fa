# layers.awk - reads tests/layers.tsv, then the includes of the tree as "FILE:LINE:#include <X>"; prints every fault
# Owns:     what the table means; what a circle of files is.
# Must not: look at files itself (test_layers.sh does).
# Fails:    by lines "table FILE: …", "private FILE: …", "circle FILE → FILE".
# Tests:    tests/test_layers.sh
FNR == NR {
  if ($0 ~ /^#/ || NF == 0) next
  split($0, column, "\t")
  ours[column[1]] = column[2]
  system_headers[column[1]] = column[3]
  next
}

function folder(path) { sub(/\/[^\/]*$/, "", path); return path }

# All words of a column, with the groups replaced by theirs.
function expand(words, which,    parts, n, i, all, group) {
  n = split(words, parts, " ")
  all = ""
  for (i = 1; i <= n; i++) {
    if (parts[i] ~ /^@/) {
      group = which == 1 ? ours[parts[i]] : system_headers[parts[i]]
      all = all " " expand(group, which)
    } else if (parts[i] != "-") all = all " " parts[i]
  }
  return all
}

function allows(words, which, header,    parts, n, i, word) {
  n = split(expand(words, which), parts, " ")
  for (i = 1; i <= n; i++) {
    word = parts[i]
    if (word == header) return 1
    if (which == 1 && word ~ /\/$/ && folder(header) "/" == word) return 1
    if (which == 2 && word ~ /\*$/ && index(header, substr(word, 1, length(word) - 1)) == 1) return 1
  }
  return 0
}

# A header and the source of the same name are one file. A private.h is part of every file of its room, so it is none.
function unit(path) { sub(/\.[ch]$/, "", path); return path }

{
  match($0, /^[^:]*/)
  file = substr($0, 1, RLENGTH)
  room = folder(file)
  which = $0 ~ /include[ \t]*"/ ? 1 : 2
  header = $0
  sub(/^.*include[ \t]*["<]/, "", header)
  sub(/[">].*$/, "", header)
  if (!(room in ours)) {
    print "table " file ": its folder is not in the table"
    next
  }
  if (which == 1) {
    if (folder(header) != room && header ~ /\/private\.h$/) print "private " file ": " header
    else if (folder(header) != room && !allows(ours[room] " " ours[file], 1, header)) print "table " file ": " header
    from = unit(file)
    to = unit(header)
    if (from != to && from !~ /\/private$/ && to !~ /\/private$/ && !((from, to) in edge)) {
      edge[from, to] = 1
      node[from] = 1
      node[to] = 1
      out[from]++
      into[to] = into[to] " " from
    }
  } else if (!allows(system_headers[room] " " system_headers[file], 2, header)) print "table " file ": <" header ">"
}

# What is left once every file that includes no other is taken away, again and again, and then every file that no other
# one includes: the circles, and what lies between two of them.
END {
  do {
    changed = 0
    for (n in node)
      if (out[n] + 0 == 0) {
        k = split(into[n], from_list, " ")
        for (i = 1; i <= k; i++)
          if ((from_list[i], n) in edge) {
            delete edge[from_list[i], n]
            out[from_list[i]]--
          }
        delete node[n]
        changed = 1
      }
  } while (changed)
  do {
    changed = 0
    for (n in node) {
      used = 0
      for (e in edge) {
        split(e, ends, SUBSEP)
        if (ends[2] == n) used = 1
      }
      if (used) continue
      for (e in edge) {
        split(e, ends, SUBSEP)
        if (ends[1] == n) delete edge[e]
      }
      delete node[n]
      changed = 1
    }
  } while (changed)
  for (e in edge) {
    split(e, ends, SUBSEP)
    print "circle " ends[1] ": " ends[2]
  }
}
