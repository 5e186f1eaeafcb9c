#!/bin/sh
# Makes .venv in this folder, with what `make` needs, on a bare machine too.
#   scripts/setup.sh run|test|bench
# Done in a blink where nothing has changed since. A copied folder makes its own .venv anew,
# because a virtual environment knows the folder it was made for.
set -eu
cd "$(dirname "$0")/.."
kind=$1
python=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }

# --- what pip cannot bring: Python itself, Pango for the pages, tools that tests look with -------

missing=''
need() { missing="$missing $1"; }

library() { # name of a shared library, name of its Debian package
    command -v ldconfig >/dev/null 2>&1 || return 0 # not a system we know the packages of
    ldconfig -p | grep -q "$1" || need "$2"
}

postgres_server() { # its programs: on the path, or where Debian keeps them
    for program in "$(command -v initdb 2>/dev/null || :)" /usr/lib/postgresql/*/bin/initdb; do
        [ -x "$program" ] && return 0
    done
    return 1
}

only_programs() { # the tests start their own server: Debian need not make and start another
    conf=/etc/postgresql-common/createcluster.conf
    [ -e $conf ] && return 0
    mkdir -p "${conf%/*}" && echo 'create_main_cluster = false' >$conf
}

policy=/usr/sbin/policy-rc.d # Debian asks it whether a service may be started
unstarted() { # the tests start their own servers: no package need ask for a set-up or start one
    case $missing in *postfix*)
        echo 'postfix postfix/main_mailer_type select No configuration' |
            debconf-set-selections 2>/dev/null || : ;;
    esac
    [ -e $policy ] && return 0
    trap 'rm -f $policy' EXIT
    printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy
}

new_services() { # those that the machine did not have before
    for service in postfix dovecot; do [ -e /etc/init.d/$service ] || echo $service; done
}

not_at_boot() { # nor when the machine starts again
    for service in "$@"; do
        systemctl disable "$service" 2>/dev/null || update-rc.d "$service" disable 2>/dev/null || :
    done >&2
}

PATH=$PATH:/usr/sbin:/sbin
command -v "$python" >/dev/null 2>&1 || need python3
if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then need python3-venv; fi
library 'libpango-1\.0\.so' libpango-1.0-0
library 'libpangoft2-1\.0\.so' libpangoft2-1.0-0
library 'libharfbuzz-subset\.so' libharfbuzz-subset0
if [ "$kind" != run ]; then
    command -v pdftoppm >/dev/null 2>&1 || need poppler-utils
    command -v chromium >/dev/null 2>&1 || need chromium
    postgres_server || need postgresql
    command -v postfix >/dev/null 2>&1 && command -v smtp-sink >/dev/null 2>&1 || need postfix
    [ -x /usr/lib/dovecot/imap ] || need dovecot-imapd
    command -v git >/dev/null 2>&1 || need git
    command -v openssl >/dev/null 2>&1 || need openssl
fi
if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "Installing$missing ..."
        case $missing in *postgresql*) only_programs ;; esac
        unstarted
        new=$(new_services)
        { apt-get update -q && DEBIAN_FRONTEND=noninteractive \
            apt-get install -q -y --no-install-recommends $missing; } >&2
        not_at_boot $new
    else
        say "Missing on this machine (names as in Debian):$missing"
        say "Install them, for example: sudo apt-get install$missing"
        exit 1
    fi
fi
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    say "Python 3.11 or newer is needed; $python is $("$python" -V). Name another with PYTHON=..."
    exit 1
}

# --- what pip brings ----------------------------------------------------------------------------

extras() {
    case $kind in
        run) echo parquet,site,mail ;;
        test) echo parquet,test ;;
        bench) echo parquet,test,bench ;;
        *) say "unknown kind $kind"; exit 2 ;;
    esac
}

wanted="$(pwd) $(extras) $("$python" -V) $(cat pyproject.toml constraints.txt | cksum)"
stamp=.venv/.made-for-$kind
if [ "$(cat "$stamp" 2>/dev/null || :)" = "$wanted" ]; then exit 0; fi
if [ "$(cat .venv/.folder 2>/dev/null || :)" != "$(pwd)" ]; then
    rm -rf .venv
    "$python" -m venv .venv
    pwd >.venv/.folder
fi
say "Setting up .venv ($(extras)); this takes a minute or two ..."
.venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check \
    --constraint constraints.txt --editable ".[$(extras)]" >&2
printf '%s\n' "$wanted" >"$stamp"
