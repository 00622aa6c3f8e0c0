// SPDX-License-Identifier: Apache-2.0

import Subprocess
import SystemPackage
import TestSupport
import Testing

/// A fake ipvsadm: it keeps three timeouts in a file, and writes down its own arguments.
struct FakeIpvsadm {
  let directory: FilePath
  var path: FilePath { directory.appending("ipvsadm") }

  /// Writes the program, which starts with these timeouts and runs another command first.
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

  /// The timeouts that it was called to set, one line for each call.
  var sent: String {
    get throws { try directory.appending("sent").text() }
  }

  /// Runs the built program with this one as its backend, in its own `/run`, where no other change holds the lock.
  func run(_ arguments: [String]) async throws -> BuiltProgram.Ending {
    try await BuiltProgram.run(
      script: #"exec unshare --mount sh -c 'mount -t tmpfs none /run && exec "$0" "$@"' "$0" "$@""#,
      arguments + ["--backend", "ipvsadm", "--ipvsadm", path.string])
  }
}
