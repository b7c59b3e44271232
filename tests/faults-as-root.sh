#!/usr/bin/env bash
# The real faults that need root or a tool of their own: errors and kills at every flush (strace), a full file system
# (mount), a zombie that comes back (SIGSTOP and SIGCONT; PostgreSQL), memory that runs out, a clock that is set back
# (libfaketime).
# Without what a part needs its tests are skipped, and it is said why. Exit code 0: no part failed; 1: one did; 2: the
# arguments are wrong, or nothing could be installed or built.
# usage: sudo tests/faults-as-root.sh [--install]     --install gets what is missing by apt-get
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

say() { printf '%s\n' "$*"; }

trouble() {
    printf '%s\n' "$*" >&2
    exit 2
}

case "$*" in
    "") ;;
    --install)
        export DEBIAN_FRONTEND=noninteractive
        { apt-get update -q && apt-get install -y -q --no-install-recommends strace postgresql libfaketime; } ||
            trouble "apt-get failed (see above); install strace, postgresql and libfaketime in another way"
        ;;
    *) trouble "usage: sudo tests/faults-as-root.sh [--install]" ;;
esac
[ "$(id -u)" -eq 0 ] || say "not root: no file system can be mounted, PostgreSQL is not started as another user"
command -v strace >/dev/null || say "no strace: flushes are not failed"
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || say "no PostgreSQL: no zombie, no full database"
compgen -G "/usr/lib*/faketime/libfaketimeMT.so.1" >/dev/null ||
    compgen -G "/usr/lib/*/faketime/libfaketimeMT.so.1" >/dev/null ||
    say "no libfaketime: no clock is set back"

project=tests/Actors.EndToEnd.Tests
dotnet build "$project" -v q --nologo || trouble "$project does not build"
failed=0
part() {
    say "== $1"
    timeout 600 dotnet test "$project" --no-build -v q --nologo --filter "FullyQualifiedName~$2" \
        --logger "console;verbosity=normal" || failed=1
}

part "killed, or refused, at every flush" FlushFaultTests
part "a full file system" FullDiskTests
part "a zombie: SIGSTOP beyond the lease, SIGCONT" HotStandbyTests
part "memory that runs out" HostileProcessTests
part "a clock that is set back" ClockSetBackTests
exit $failed
