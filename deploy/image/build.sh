#!/usr/bin/env bash
# Makes the container image: the programs as 'dotnet publish' gives them, and the .NET runtime of this machine, upon a
# base image. Pulls nothing: the base is one that is here, or is made of Debian's packages. Explained in
# docs/kubernetes.md.
#   deploy/image/build.sh                          a base of Debian packages (needs debootstrap and root; once)
#   deploy/image/build.sh --base NAME              your own base image: glibc, OpenSSL 3, CA certificates
#   deploy/image/build.sh --tag granary:0.1.0      another name; localhost/granary:0.1.0 by default
#   deploy/image/build.sh --without-silo           only 'granary', where Microsoft Orleans cannot be restored
#   deploy/image/build.sh --stage FOLDER           only what goes into the image, for another builder
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
tag=localhost/granary:0.1.0
base=""
silo=yes
stage=""
engine=${GRANARY_CONTAINER_ENGINE:-podman}
suite=bookworm
usage() { grep '^#   ' "$0" | sed 's/^#   //' >&2; exit 2; }
while [ $# -gt 0 ]; do
    case $1 in
        --base) base=${2:?}; shift 2 ;;
        --tag) tag=${2:?}; shift 2 ;;
        --stage) stage=${2:?}; shift 2 ;;
        --without-silo) silo=no; shift ;;
        *) usage ;;
    esac
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
context=${stage:-$work/context}
mkdir -p "$context/root/opt/granary" "$context/root/usr/local/bin" "$context/root/usr/share/dotnet" "$context/data"

publish() { # project folder program
    dotnet publish "$top/$1" -c Release -v quiet -nologo -clp:ErrorsOnly -o "$context/root/opt/granary/$2"
    ln -sfn "/opt/granary/$2/$3" "$context/root/usr/local/bin/$3"
}
publish Cli cli granary
if [ "$silo" = yes ]; then
    publish Silo silo granary-silo
fi

# The runtime that the programs were built beside: the newest of the wanted major version, and the host that starts it.
dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
for framework in Microsoft.NETCore.App Microsoft.AspNetCore.App; do
    newest=$(ls "$dotnet/shared/$framework" | grep '^10\.' | sort -V | tail -n 1)
    mkdir -p "$context/root/usr/share/dotnet/shared/$framework"
    cp -r "$dotnet/shared/$framework/$newest" "$context/root/usr/share/dotnet/shared/$framework/"
done
host=$(ls "$dotnet/host/fxr" | grep '^10\.' | sort -V | tail -n 1)
mkdir -p "$context/root/usr/share/dotnet/host/fxr"
cp -r "$dotnet/host/fxr/$host" "$context/root/usr/share/dotnet/host/fxr/"
cp "$dotnet/dotnet" "$context/root/usr/share/dotnet/"
# What is for debuggers or for other systems is left out.
find "$context/root/opt" -name '*.pdb' -delete
for native in "$context"/root/opt/granary/*/runtimes/*; do
    case $(basename "$native") in
        linux* | unix) ;;
        *) rm -rf "$native" ;;
    esac
done
chmod -R u+rwX,go+rX,go-w "$context/root"
cp "$top/deploy/image/Containerfile" "$context/Containerfile"
if [ -n "$stage" ]; then
    echo "$stage has what goes into the image."
    exit
fi

if [ -z "$base" ]; then
    base=localhost/granary-base:$suite
    if ! $engine image exists "$base"; then
        debootstrap --variant=minbase --include=ca-certificates,libssl3,zlib1g,tzdata,libgssapi-krb5-2 "$suite" "$work/rootfs"
        rm -rf "$work/rootfs"/var/cache/apt/* "$work/rootfs"/var/lib/apt/lists/* "$work/rootfs"/usr/share/doc/* \
            "$work/rootfs"/usr/share/man/* "$work/rootfs"/usr/share/locale/*
        tar -C "$work/rootfs" -c . | $engine import - "$base" >/dev/null
    fi
fi
$engine build --pull=never --build-arg BASE="$base" -t "$tag" "$context"
echo "$tag"
