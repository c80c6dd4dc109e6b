#!/usr/bin/env bash
# install.sh BINARY: `make install` and `make uninstall` below a DESTDIR and a PREFIX with spaces. Unless shortened, of a build of
# its own, by a compiler of several words in a BUILD with a space (half a minute). Ends with `N passed, N failed, N skipped`.
set -uo pipefail
# shellcheck source=tests/common.sh
. "$(dirname "$0")/common.sh"

root=$work/"a root"
house=$root/opt/"the house"
doc=$house/share/doc/gapscale
made=(CC=gcc)
if [[ -z ${GAPSCALE_TEST_QUICK:-} ]]; then
    made=(CC="gcc -m64" BUILD="$work/a build")
    ! command -v ccache >/dev/null || made[0]="CC=ccache gcc -m64"
fi
build() { # GOAL...: make, with what it says in err
    make -s -C "$top" "${made[@]}" DESTDIR="$root" PREFIX="/opt/the house" "$@" >out 2>err
}
if [[ -z ${GAPSCALE_TEST_QUICK:-} ]]; then
    build -j2 CFLAGS=-O0 all
    check $? "make of ${made[0]} in a BUILD with a space"
    holds "its program is there" "a build/gapscale" --version
fi

# ---- install ----

mkdir -p "$house/bin" "$doc/configs"
touch "$house/bin/other" "$doc/configs/other.yaml"
build install
check $? "make install"
build install
check $? "make install again"
holds "the program runs" "$house/bin/gapscale" --version
if have mpicc "gapscale-mpi where mpicc is"; then
    holds "gapscale-mpi where mpicc is" test -x "$house/bin/gapscale-mpi"
fi
for page in README.md LICENSE CITATION.cff CHANGELOG.md results/SCHEMA.md models/THEORY.md analysis/DIAGNOSE.md sim/CLUSTER.md configs/README.md \
    configs/reproduce.yaml configs/examples/first.yaml; do
    holds "$page is installed as it is here" cmp "$top/$page" "$doc/$page"
done
for file in man/man1/gapscale.1 bash-completion/completions/gapscale zsh/site-functions/_gapscale fish/vendor_completions.d/gapscale.fish; do
    holds "$file is installed" test -s "$house/share/$file"
done
for script in array mpi; do holds "configs/slurm/$script.sh can be started" test -x "$doc/configs/slurm/$script.sh"; done
holds "its configs are good" "$house/bin/gapscale" check "$doc/configs/examples/first.yaml"
# links PAGE: what it points to beside itself.
links() { grep -oE '\]\([^)#]+' "$1" | sed 's/^](//' | grep -v '^[a-z]*:'; }
count=0
while read -r page; do
    while read -r target; do
        count=$((count + 1))
        holds "${page#"$doc"/} finds $target" test -e "$(dirname "$page")/$target"
    done < <(links "$page")
done < <(find "$doc" -name '*.md')
holds "the pages have links" test "$count" -gt 10

# ---- uninstall ----

build uninstall
check $? "make uninstall"
(cd "$house" && find . ! -type d | sort) >left
holds "what others put there is left, and nothing else" cmp left <(printf '%s\n' ./bin/other ./share/doc/gapscale/configs/other.yaml)
rm -r "$doc/configs/other.yaml" && build uninstall
holds "without it no directory of pages is left" test ! -e "$doc"
if [[ -z ${GAPSCALE_TEST_QUICK:-} ]]; then
    build clean
    holds "make clean removes such a BUILD" test ! -e "$work/a build"
    holds "and the link to it" test -z "$(find "$top" -maxdepth 1 -name '.build-*' ! -exec test -e {} \; -print)"
fi
summary
