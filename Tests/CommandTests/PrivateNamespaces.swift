// SPDX-License-Identifier: Apache-2.0

import SystemPackage
import TestSupport

/// Network namespaces that only one script sees, and a fake ipvsadm in them.
///
/// They are bound in the script's own `/run`. The script sees only its own processes. The fake keeps timeouts for each
/// namespace. This needs root and leaves nothing behind.
struct PrivateNamespaces {
  private let ipvsadm: FakeIpvsadm
  private var policy: FilePath { ipvsadm.directory.appending("policy") }

  init(in directory: FilePath, first script: String = "") async throws {
    ipvsadm = try await FakeIpvsadm(
      in: directory,
      first: """
        \(script)
        namespace=$(readlink /proc/$$/ns/net)
        [ -d "$namespace" ] || { mkdir "$namespace" && cp timeouts "$namespace"; }
        cd "$namespace"
        """)
  }

  /// Runs a shell script.
  ///
  /// In it, `bind FILE` makes a namespace and binds it there, `again FILE FILE` binds the same once more, `$program` is
  /// the program, `$ipvsadm` are the options that have it take the one of the test, and `$policy` is a file with the text.
  func run(policy text: String = "", _ script: String) async throws -> BuiltProgram.Ending {
    try await BuiltProgram.run(
      script: #"exec unshare --mount --pid --fork --mount-proc sh -c "$1" "$0" "$2" "$3" "$4""#,
      [Self.preparation + script, ipvsadm.path.string, policy.string, text])
  }

  private static let preparation = #"""
    set -eu
    program=$0 ipvsadm="--backend ipvsadm --ipvsadm $1" policy=$2
    printf '%s' "$3" > "$policy"
    bind() { : > "$1"; unshare --net mount --bind /proc/self/ns/net "$1"; }
    again() { : > "$2"; mount --bind "$1" "$2"; }
    mount -t tmpfs none /run
    mkdir -p /run/netns /run/docker/netns
    set +e

    """#
}

/// Runs a test with its own network namespaces.
func withPrivateNamespaces<Result>(
  first script: String = "", _ body: (PrivateNamespaces) async throws -> Result
) async throws -> Result {
  try await withTemporaryDirectory { directory in
    try await body(try await PrivateNamespaces(in: directory, first: script))
  }
}
