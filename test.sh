#!/usr/bin/env bash
# Builds and tests everything. Needs the .NET SDK; the tests of the PostgreSQL store need its server installed too, which
# they start by themselves, and are skipped without it. The tests of the cluster need Microsoft Orleans, which not every
# package source has whole: where it cannot be restored, they are not built, and the end says so and why.
# Closes with one line: N passed, N failed, N skipped.
#   ./test.sh            all tests, and every benchmark once with tiny inputs
#   ./test.sh --filter X only the tests that match an xunit filter, no benchmarks
set -u
cd "$(dirname "$0")"
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# Where the tests look as well: GRANARY_PG_BIN, Debian's folder, PATH.
has_postgres() {
    [ -x "${GRANARY_PG_BIN:-/nowhere}/initdb" ] || command -v initdb >/dev/null 2>&1 \
        || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1
}

# Whether the projects of the cluster can be restored. Where they cannot, the first of them, with one package, says so in a
# few seconds; nobody waits for more.
cluster_missing=""
restore_cluster() {
    local project
    for project in Grains.Interfaces tests/Cluster.Tests; do
        if ! timeout 120 dotnet restore "$project" -v quiet -nologo -clp:ErrorsOnly >"$log/cluster" 2>&1; then
            cluster_missing=$(grep -oE 'NU[0-9]+: .*' "$log/cluster" | sed 's/ \[.*//' | sort | head -n 1)
            cluster_missing=${cluster_missing:-"the package source did not answer in time"}
            return 1
        fi
    done
}

finish() { # passed failed skipped
    echo
    if [ -n "$cluster_missing" ]; then
        echo "THE TESTS OF THE CLUSTER WERE NOT RUN: Microsoft Orleans cannot be restored here."
        echo "  $cluster_missing"
    fi
    if ! has_postgres; then
        echo "THE TESTS OF POSTGRESQL WERE NOT RUN: no server is installed (on Debian: apt-get install postgresql)."
    fi
    local missing=""
    for tool in sdcc s51 riscv64-unknown-elf-gcc qemu-riscv64; do
        command -v $tool >/dev/null 2>&1 || missing="$missing $tool"
    done
    if [ -n "$missing" ]; then
        echo "TESTS THAT NEED THESE TOOLS WERE NOT RUN:$missing"
        echo "  (on Debian: apt-get install sdcc sdcc-ucsim, and samples/riscv/build.sh --install)"
    fi
    echo "$1 passed, $2 failed, $3 skipped"
    [ "$2" -eq 0 ]
    exit
}

echo "Building ..."
if ! dotnet build Embedded.slnf -c Release -v quiet -nologo -clp:ErrorsOnly; then
    echo "The build failed: nothing was tested."
    finish 0 1 0
fi
if restore_cluster && ! dotnet build Cluster.sln -c Release -v quiet -nologo -clp:ErrorsOnly; then
    echo "The build of the cluster failed: nothing was tested."
    finish 0 1 0
fi

passed=0 failed=0 skipped=0
for project in tests/*.Tests; do
    name=$(basename "$project")
    if [ "$name" = Cluster.Tests ] && [ -n "$cluster_missing" ]; then
        continue
    fi
    if ! dotnet test "$project" -c Release --no-build -nologo "$@" >"$log/$name" 2>&1; then
        cat "$log/$name"
    fi
    # "Passed!  - Failed:     0, Passed:   123, Skipped:     0, Total:   123, Duration: 2 s - ..."
    line=$(grep -E '^(Passed|Failed|Skipped)! +- Failed:' "$log/$name" | tail -n 1)
    if [ -z "$line" ]; then
        if [ $# -gt 0 ] && grep -q 'No test matches' "$log/$name"; then
            continue
        fi
        cat "$log/$name"
        echo "$name did not finish: this counts as one failure."
        failed=$((failed + 1))
        continue
    fi
    count() { sed -E "s/.*$1: +([0-9]+).*/\1/" <<<"$line"; }
    passed=$((passed + $(count Passed)))
    failed=$((failed + $(count Failed)))
    skipped=$((skipped + $(count Skipped)))
    echo "$name: $(count Passed) passed, $(count Failed) failed, $(count Skipped) skipped, $(sed -E 's/.*Duration: ([^-]*) - .*/\1/' <<<"$line")"
done

if [ $# -eq 0 ]; then
    if dotnet run --project benchmarks -c Release --no-build -- --quick >"$log/benchmarks" 2>&1; then
        echo "benchmarks: all ran with tiny inputs (figures: dotnet run -c Release --project benchmarks)"
        passed=$((passed + 1))
    else
        cat "$log/benchmarks"
        echo "A benchmark failed."
        failed=$((failed + 1))
    fi
fi
finish "$passed" "$failed" "$skipped"
