# Shared by the scripts of this folder: quiet steps with readable progress, packages from Debian,
# the Swift toolchain. To be sourced by bash with `set -euo pipefail`.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
swift_version=6.3
# What the build links, and what the tests run beside it.
build_packages=(libzmq3-dev libsqlite3-dev libsodium-dev libssl-dev libyaml-dev libcmark-gfm-dev
    libcmark-gfm-extensions-dev pkg-config)
test_packages=(python3 python3-zmq python3-jsonschema faketime strace)

if [ -t 2 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$'\e[1m' red=$'\e[31m' cyan=$'\e[36m' plain=$'\e[0m'
else
    bold='' red='' cyan='' plain=''
fi

say() { printf '%s\n' "${bold}==${plain} $*" >&2; }

# Says what is wrong and what to type, and ends the script.
fail() {
    printf '%s\n' "${red}stopped:${plain} $1" >&2
    shift
    for line in "$@"; do printf '    %s\n' "$line" >&2; done
    exit 1
}

# no_arguments "$@" <<END: for scripts that take none; --help shows the usage on standard input.
no_arguments() {
    local usage name
    usage=$(cat)
    name=deploy/$(basename "$0")
    case ${1:-} in
    '') return 0 ;;
    -h | --help) printf '%s\n' "$usage"; exit 0 ;;
    *) fail "$1 is not understood; $name takes no arguments" "$name --help" ;;
    esac
}

# step TEXT COMMAND...: runs a command quietly; its output is shown only if it fails.
step() {
    local text=$1 log status=0 start=$SECONDS
    shift
    log=$(mktemp)
    say "$text"
    "$@" >"$log" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        # A build from before the folder was moved, or copied, or another toolchain's.
        if grep -q -e 'compiled with module cache path' -e 'PCH was compiled' "$log"; then
            rm -f "$log"
            fail "$text failed: what was built before belongs to another folder or toolchain" \
                "rm -rf ${root@Q}/.build" "then run this again"
        fi
        tail -n 40 "$log" >&2
        rm -f "$log"
        fail "$text failed (exit $status): $*"
    fi
    rm -f "$log"
    local took=$((SECONDS - start))
    if [ "$took" -ge 5 ]; then say "  done in ${took} s"; fi
}

# install_packages NAME...: installs what is missing of these Debian packages.
install_packages() {
    local missing=() name
    for name in "$@"; do
        dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
    done
    [ "${#missing[@]}" -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        fail "these Debian packages are missing, and there is neither root nor sudo here" \
            "as root: apt-get install ${missing[*]}"
    fi
    step "installing ${missing[*]}" install_missing "${missing[@]}"
}

install_missing() {
    apt_as_root install --no-install-recommends "$@" || {
        apt_as_root update
        apt_as_root install --no-install-recommends "$@"
    }
}

apt_as_root() {
    local sudo=()
    [ "$(id -u)" -eq 0 ] || sudo=(sudo)
    # Another apt may be at work; waiting is better than failing.
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -q -y "$@"
}

# Puts promtool into PATH, which checks alert rules. Debian has it in the package of the monitoring
# service itself; installing that would start the service here and at every boot, so it is unpacked.
need_promtool() {
    if command -v promtool >/dev/null; then return 0; fi
    local place=$root/.build/promtool
    [ -x "$place/promtool" ] || step "fetching promtool" fetch_promtool "$place"
    export PATH="$PATH:$place"
}

fetch_promtool() {
    local place=$1 work status=0
    work=$(mktemp -d)
    { download_package "$work" prometheus && dpkg-deb -x "$work"/prometheus_*.deb "$work/tree" &&
        mkdir -p "$place" && cp "$work/tree/usr/bin/promtool" "$place/promtool.new" &&
        mv "$place/promtool.new" "$place/promtool"; } || status=$?
    rm -rf "$work"
    return "$status"
}

# download_package FOLDER NAME: as any user; only lists of packages that are not there need root.
download_package() {
    (cd "$1" && apt-get -q download "$2") || {
        apt_as_root update && (cd "$1" && apt-get -q download "$2")
    }
}

need_debian() {
    command -v apt-get >/dev/null && command -v dpkg-query >/dev/null ||
        fail "this script installs Debian packages; on another system install their counterparts" \
            "${build_packages[*]}" "and then: swift build -c release --product baton"
}

need_swift() {
    if ! command -v swift >/dev/null; then
        # A toolchain that was unpacked but is not in PATH.
        local place
        for place in "$HOME/.local/share/swiftly/bin" /usr/local/swift/usr/bin /opt/swift/usr/bin; do
            if [ -x "$place/swift" ]; then
                export PATH="$place:$PATH"
                break
            fi
        done
    fi
    local how=("get it with Swift's own installer:"
        "    curl -O https://download.swift.org/swiftly/linux/swiftly-$(uname -m).tar.gz"
        "    tar zxf swiftly-$(uname -m).tar.gz && ./swiftly init"
        "    . ~/.local/share/swiftly/env.sh && swiftly install 6.3"
        "or unpack the Debian 12 archive of https://www.swift.org/install/linux/ and put its usr/bin into PATH,"
        "then run this again")
    command -v swift >/dev/null || fail "the Swift toolchain ($swift_version or newer) is not installed" "${how[@]}"
    local found
    found=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    if [ "$(printf '%s\n%s\n' "$swift_version" "${found:-0}" | sort -V | head -n 1)" != "$swift_version" ]; then
        fail "Swift $swift_version or newer is needed, but this is ${found:-unknown}" "${how[@]}"
    fi
}

# What a build made elsewhere leaves names its old place in every compiled module.
check_build_place() {
    local place=$root/.build/.place
    if [ -e "$place" ] && [ "$(cat "$place")" != "$root" ]; then
        fail "this folder was moved from $(cat "$place") since it was built; the old build is of no use" \
            "rm -rf ${root@Q}/.build" "then run this again"
    fi
    mkdir -p "$root/.build"
    printf '%s\n' "$root" >"$place"
}

build_release() {
    check_build_place
    step "building baton (the first time takes a few minutes)" \
        swift build --package-path "$root" -c release --product baton --static-swift-stdlib
    baton=$(swift build --package-path "$root" -c release --product baton --static-swift-stdlib \
        --show-bin-path 2>/dev/null)/baton
}
