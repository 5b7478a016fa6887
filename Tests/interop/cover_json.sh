#!/usr/bin/env bash
# Coverage-guided fuzzing of the JSON parser, through which everything from outside goes, with the
# toolchain's libFuzzer: cover_json.sh FOLDER [OPTION OF LIBFUZZER...]. The folder keeps the corpus.
#
# The other readers need several modules and C libraries, and libFuzzer brings a main of its own; they
# are fuzzed by baton-fuzz, which needs neither.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
folder=${1:?a folder for the program and its corpus}
shift
mkdir -p "$folder/corpus"
find "$root/Protocols/vectors" -name '*.json' -exec cp -f {} "$folder/corpus" \;
cat > "$folder/entry.swift" <<'SWIFT'
@_cdecl("LLVMFuzzerTestOneInput")
public func tryOne(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    guard let value = try? JSONValue(parsing: Array(UnsafeBufferPointer(start: data, count: size)))
    else { return 0 }
    let printed = value.encoded()
    guard let again = try? JSONValue(parsing: printed), again.encoded() == printed else {
        fatalError("printing is no fixed point")
    }
    return 0
}
SWIFT
swiftc -O -wmo -parse-as-library -package-name baton -sanitize=fuzzer -suppress-warnings \
    "$root"/Sources/JSON/*.swift "$folder/entry.swift" -o "$folder/json"
exec "$folder/json" -max_len=65536 "$@" "$folder/corpus"
