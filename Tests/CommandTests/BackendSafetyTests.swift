// SPDX-License-Identifier: Apache-2.0

import SystemPackage
import TestSupport
import Testing

/// The built program with an ipvsadm that does not behave.
@Suite struct BackendSafetyTests {
  /// `$0` is the program, `$1` the fake ipvsadm.
  private static let show = #""$0" show --backend ipvsadm --ipvsadm "$1""#

  @Test func `a script that calls this program again is run once`() async throws {
    try await withIpvsadm(
      """
      echo called >> "$0.calls"
      exec '\(try BuiltProgram.path)' show --backend ipvsadm --ipvsadm "$0"
      """
    ) { path in
      let ending = try await BuiltProgram.run(script: "\(Self.show); echo $?; cat \"$1.calls\"", [path.string])
      #expect(ending.output == "71\ncalled\n")
      #expect(ending.errors.contains("IPVS_TIMEOUT_BACKEND is set"))
    }
  }

  @Test(arguments: [("TERM", 143), ("HUP", 129), ("ALRM", 142), ("USR1", 138)])
  func `a signal that ends the program ends its ipvsadm`(signal: String, status: Int32) async throws {
    try await withIpvsadm("echo $$ > \"$0.pid\"\nexec sleep 100") { path in
      let ending = try await BuiltProgram.run(
        script: """
          \(Self.show) & program=$!
          until [ -s "$1.pid" ]; do sleep 0.02; done
          kill -s \(signal) $program; wait $program; echo $?
          kill -0 $(cat "$1.pid") 2> /dev/null && echo alive
          exit 0
          """, [path.string])
      // The shell reports on standard error what ended its job.
      #expect(ending.status == 0)
      #expect(ending.output == "\(status)\n")
    }
  }

  @Test func `a signal that the caller ignores stays ignored`() async throws {
    try await withIpvsadm("kill -s HUP $PPID; echo 'Timeout (tcp tcpfin udp): 1 2 3'") { path in
      let ending = try await BuiltProgram.run(script: "trap '' HUP; exec \(Self.show)", [path.string])
      #expect(ending == .init(status: 0, output: "Timeout (tcp tcpfin udp): 1 2 3\n"))
    }
  }

  @Test func `the end of ipvsadm is noticed even if the caller ignores SIGCHLD`() async throws {
    try await withIpvsadm("echo 'Timeout (tcp tcpfin udp): 1 2 3'") { path in
      let ending = try await BuiltProgram.run(script: "trap '' CHLD; exec \(Self.show)", [path.string])
      #expect(ending == .init(status: 0, output: "Timeout (tcp tcpfin udp): 1 2 3\n"))
    }
  }

  @Test(arguments: ["<&- >&-", ">&-", "<&- >&- 2>&-"])
  func `a pipe does not get the number of a closed standard output`(closed: String) async throws {
    try await withIpvsadm("echo 'Timeout (tcp tcpfin udp): 1 2 3'") { path in
      let ending = try await BuiltProgram.run(script: "(exec \(Self.show) \(closed)); echo $?", [path.string])
      #expect(ending.status == 0)
      #expect(ending.output == "71\n")
    }
  }

  @Test(arguments: ["<&- >&-", ">&-"])
  func `output to a closed standard output goes nowhere`(closed: String) async throws {
    try await withIpvsadm("echo 'Timeout (tcp tcpfin udp): 1 2 3'") { path in
      let ending = try await BuiltProgram.run(script: "exec \(Self.show) \(closed)", [path.string])
      #expect(ending.status == 71)
      #expect(ending.errors.contains("standard output (Bad file descriptor, errno 9)"))
    }
  }

  @Test(arguments: [4, 8, 16])
  func `a limit of open files that is too low is reported`(limit: Int) async throws {
    try await withIpvsadm("echo 'Timeout (tcp tcpfin udp): 1 2 3'") { path in
      let ending = try await BuiltProgram.run(script: "ulimit -n \(limit); exec \(Self.show)", [path.string])
      #expect(ending.status == 71)
      #expect(ending.errors.contains("only \(limit) files may be open (`ulimit -n`), and 64 are needed"))
    }
  }

  /// The program itself can run, and lacks memory for the threads that wait for ipvsadm.
  @Test(arguments: [48, 64, 80])
  func `too little memory is reported at once`(mebibytes: Int) async throws {
    try await withIpvsadm("echo 'Timeout (tcp tcpfin udp): 1 2 3'") { path in
      let ending = try await BuiltProgram.run(
        script: "ulimit -s 8192; ulimit -v \(mebibytes * 1024); exec \(Self.show)", [path.string])
      #expect(ending.status == 71, "\(ending)")
      #expect(
        ending.errors.contains(
          "there is too little memory (Cannot allocate memory, errno 12); raise the limit (`ulimit -v`)"), "\(ending)")
    }
  }

  private func withIpvsadm(_ script: String, _ body: (FilePath) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.appending("ipvsadm")
      let writing = try await BuiltProgram.run(
        script: #"printf '#!/bin/sh\n%s\n' "$2" > "$1" && chmod 755 "$1""#, [path.string, script])
      try #require(writing.status == 0)
      try await body(path)
    }
  }
}
