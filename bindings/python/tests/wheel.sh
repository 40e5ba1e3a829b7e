#!/bin/sh
# wheel.sh LIBRARY PYTHON MAKE: a wheel with the library works in an empty environment, and one
# without finds the system's.
set -eu
library=$(pwd)/$1 python=$2 make=$3
work=target/python/test-wheel
unset INBOME_LIBRARY PYTHONPATH || true
program='
import inbome, sys
with inbome.Engine.in_memory() as engine:
    engine.create_account("bob@example.org")
    print(inbome.library_version(), engine.recommend("alice@example.org").recommendation)
'

fresh() { # fresh NAME: an empty environment
    rm -rf "${work:?}/$1"
    "$python" -m venv "$work/$1"
}
is_same() { # is_same WHAT EXPECTED FOUND
    if [ "$2" != "$3" ]; then
        echo "test-wheel: $1: expected $2, found $3" >&2
        exit 1
    fi
}

mkdir -p "$work"
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)

# The library of the tests, stripped: what it was compiled with makes no difference here.
strip --strip-unneeded -o "$work/libinbome.so.0" "$library"
rm -rf target/python/dist-test
"$make" -s -f bindings/python.mk wheel-of LIBRARY="$work/libinbome.so.0" \
    PYTHON_DIST=target/python/dist-test >/dev/null
fresh with
"$work/with/bin/pip" install --quiet --no-index --no-cache-dir \
    "$(ls target/python/dist-test/inbome-"$version"-py3-none-linux_*.whl)"
is_same "with the library" "$version disable" "$(cd / && "$OLDPWD/$work/with/bin/python" -c "$program")"

"$make" -s -f bindings/python.mk wheel-pure PYTHON_DIST=target/python/dist-test >/dev/null
fresh without
"$work/without/bin/pip" install --quiet --no-index --no-cache-dir \
    "target/python/dist-test/inbome-$version-py3-none-any.whl"
here=$(pwd)
is_same "the system's library" "$version disable" \
    "$(cd / && LD_LIBRARY_PATH="$here/$work" "$here/$work/without/bin/python" -c "$program")"
is_same "INBOME_LIBRARY" "$version disable" \
    "$(cd / && INBOME_LIBRARY="$library" "$here/$work/without/bin/python" -c "$program")"
is_same "no library" "ImportError" \
    "$(cd / && "$here/$work/without/bin/python" -c "$program" 2>&1 | tail -n 1 | cut -d: -f1)"
rm -rf target/python/dist-test
echo "test-wheel: wheels with and without the library work"
