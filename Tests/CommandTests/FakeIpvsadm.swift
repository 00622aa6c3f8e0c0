// SPDX-License-Identifier: Apache-2.0

import Subprocess
import SystemPackage
import TestSupport
import Testing

/// A program that plays ipvsadm: it keeps three timeouts in a file, and writes down what it was told to set.
struct FakeIpvsadm {
  let directory: FilePath
  var path: FilePath { directory.appending("ipvsadm") }

  /// Writes the program, which begins with these timeouts and does something else first.
  init(in directory: FilePath, timeouts: String = "900 120 300", first script: String = "") async throws {
    self.directory = directory
    let text = """
      #!/bin/sh
      cd '\(directory)' || exit 99
      \(script)
      read -r tcp tcpfin udp < timeouts
      if [ "$*" = '-L --timeout' ]; then
        echo "Timeout (tcp tcpfin udp): $tcp $tcpfin $udp"
      else
        echo "$@" >> sent
        [ "$2" = 0 ] || tcp=$2
        [ "$3" = 0 ] || tcpfin=$3
        [ "$4" = 0 ] || udp=$4
        echo "$tcp $tcpfin $udp" > timeouts
      fi
      """
    // Another process writes the file: were it open for writing here, a process that another test starts at that
    // moment would inherit it, and the system does not execute a file that somebody may write to (ETXTBSY).
    let record = try await Subprocess.run(
      .path("/bin/sh"),
      arguments: [
        "-c", #"cd "$0" && echo "$1" > timeouts && : > sent && cat > ipvsadm && chmod 755 ipvsadm"#,
        directory.string, timeouts,
      ], input: .string(text), output: .discarded)
    try #require(record.terminationStatus == .exited(0))
  }

  /// What it was told to set, a line for each time.
  var sent: String {
    get throws { try directory.appending("sent").text() }
  }

  /// Runs the built program with this one as its backend, in a `/run` of its own, where nothing else keeps it waiting.
  func run(_ arguments: [String]) async throws -> BuiltProgram.Ending {
    try await BuiltProgram.run(
      script: #"exec unshare --mount sh -c 'mount -t tmpfs none /run && exec "$0" "$@"' "$0" "$@""#,
      arguments + ["--backend", "ipvsadm", "--ipvsadm", path.string])
  }
}
