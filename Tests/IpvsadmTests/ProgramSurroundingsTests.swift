// SPDX-License-Identifier: Apache-2.0

import Glibc
import IPVS
import SystemPackage
import TestSupport
import Testing

/// The environment in which a program runs.
@Suite struct ProgramSurroundingsTests {
  @Test func `the environment is LC_ALL, PATH and the marker`() async throws {
    let environment = try await report("cat /proc/$$/environ")
    #expect(
      environment.split(separator: "\0").sorted() == [
        "IPVS_TIMEOUT_BACKEND=1", "LC_ALL=C", "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
      ])
  }

  @Test func `the arguments are its path and the command`() async throws {
    let arguments = try await report("cat /proc/$$/cmdline")
    let words = arguments.split(separator: "\0").map(String.init)
    #expect(words.count == 4)
    #expect(words.first == "/bin/sh")
    #expect(words.dropFirst().first?.hasSuffix("/ipvsadm") == true)
    #expect(words.suffix(2) == ["-L", "--timeout"])
  }

  @Test func `standard input is at its end`() async throws {
    #expect(try await report("cat; echo end") == "end\n")
  }

  @Test func `the working directory is the root`() async throws {
    #expect(try await report("readlink /proc/$$/cwd") == "/\n")
  }

  @Test func `it leads its own process group`() async throws {
    let numbers = try await report("echo $$; cut -d ' ' -f 5 /proc/$$/stat").split(separator: "\n")
    #expect(numbers.count == 2)
    #expect(numbers.first == numbers.last)
    #expect(numbers.last != "\(getpgrp())")
  }

  @Test func `no signal is blocked or ignored`() async throws {
    let sets = try await report("grep -E '^Sig(Blk|Ign):' /proc/self/status").split(separator: "\n")
    #expect(sets.count == 2)
    for set in sets {
      // Signals 1 to 31. The others are the real-time signals; the C library uses two of them itself.
      let signals = try #require(set.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) })
      #expect(signals & 0x7fff_ffff == 0)
    }
  }

  @Test func `none of our files is open in it`() async throws {
    let file = try FileDescriptor.open("/dev/null", .readOnly)
    defer { try? file.close() }
    let high = fcntl(file.rawValue, F_DUPFD, 100)
    defer { close(high) }
    try #require(high >= 100)
    #expect(try await report("[ -e /proc/$$/fd/\(high) ] || echo closed") == "closed\n")
  }

  @Test(arguments: ["with space", "$(touch x)", "`touch x`; touch y", "'quoted\"", "a&b|c>d", "*", "-L", "ünïcödé"])
  func `a path is never interpreted`(name: String) async throws {
    try await withTemporaryDirectory { directory in
      let program = try await FakeProgram(
        """
        #!/bin/sh
        echo "Timeout (tcp tcpfin udp): 1 2 3"
        """, at: directory.appending(name))
      let (answer, _) = try await program.answer()
      #expect(answer == .success(Timeouts(tcp: 1, tcpFin: 2, udp: 3)))
    }
  }

  /// The output of a script in place of ipvsadm.
  private func report(_ script: String) async throws -> String {
    try await withTemporaryDirectory { directory in
      let report = directory.appending("report")
      let program = try await FakeProgram(
        """
        #!/bin/sh
        { \(script)
        } > '\(report)' 2>&1
        echo 'Timeout (tcp tcpfin udp): 900 120 300'
        """, at: directory.appending("ipvsadm"))
      let (answer, _) = try await program.answer()
      #expect(answer == .success(.kernelDefault))
      return try report.text()
    }
  }
}
