#!/usr/bin/env bash
# Writes the assembly that carries FILE... into the binary, to standard output: embed.sh [NAME=]FILE...
# Names, where none is given, are paths relative to the repository's root, which must be the current directory here and at assembly.
# See include/base/embed.h for what C sees of it.
set -euo pipefail
export LC_ALL=C

files=()
while IFS= read -r file; do
    [[ -f ${file#*=} ]] || continue
    [[ $file =~ ^[A-Za-z0-9_./@+=-]+$ ]] || { echo "embed.sh: file name with odd characters: \"$file\"" >&2; exit 1; }
    files+=("$file")
done < <(printf '%s\n' "$@" | sort -u)

echo '/* Written by src/embed.sh; do not edit. */'
echo '    .section .rodata'
for i in "${!files[@]}"; do
    printf 'name_%d: .asciz "%s"\n' "$i" "${files[i]%%=*}"
    printf '    .balign 16\ndata_%d: .incbin "%s"\nend_%d: .byte 0\n' "$i" "${files[i]#*=}" "$i"
done
echo '    .balign 16'
echo '    .globl embed_table_len'
echo '    .type embed_table_len, %object'
echo "embed_table_len: .dc.a ${#files[@]}"
echo '    .size embed_table_len, . - embed_table_len'
echo '    .section .data.rel.ro, "aw", %progbits'
echo '    .balign 16'
echo '    .globl embed_table'
echo '    .type embed_table, %object'
echo 'embed_table:'
for i in "${!files[@]}"; do
    printf '    .dc.a name_%d, data_%d, end_%d - data_%d\n' "$i" "$i" "$i" "$i"
done
echo '    .size embed_table, . - embed_table'
echo '    .section .note.GNU-stack, "", %progbits'
