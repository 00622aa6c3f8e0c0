// SPDX-License-Identifier: Apache-2.0

import IPVS
import Ipvsadm
import SystemPackage
import TestSupport
import Testing

/// Programs that end on their own.
@Suite struct ProgramAnswerTests {
  @Test(
    arguments: [
      ("echo 'Timeout (tcp tcpfin udp): 900 120 300'", .success(.kernelDefault)),
      ("echo 'Timeout (tcp tcpfin udp): 60 30 0'", .success(Timeouts(tcp: 60, tcpFin: 30))),
      // After a success, standard error does not matter.
      ("echo warning >&2; echo 'Timeout (tcp tcpfin udp): 900 120 300'", .success(.kernelDefault)),
      // No line, another line, or more than the line.
      ("exit 0", .failure(.unreadable(output: ""))),
      ("echo garbage", .failure(.unreadable(output: "garbage\n"))),
      (
        "printf 'Timeout (tcp tcpfin udp): 900 120 300'",
        .failure(.unreadable(output: "Timeout (tcp tcpfin udp): 900 120 300"))
      ),
      (#"printf '\377\n'"#, .failure(.unreadable(output: "\u{FFFD}\n"))),
      (#"printf '%0100d\n' 0"#, .failure(.unreadable(output: String(repeating: "0", count: 80)))),
      // A status other than 0, whatever was printed.
      ("exit 1", .failure(.failed(status: 1, said: ""))),
      ("echo 'Timeout (tcp tcpfin udp): 900 120 300'; exit 1", .failure(.failed(status: 1, said: ""))),
      ("echo one >&2; echo two >&2; exit 255", .failure(.failed(status: 255, said: "one two"))),
      (
        "printf '%0300d' 0 >&2; exit 3",
        .failure(.failed(status: 3, said: String(repeating: "0", count: 200)))
      ),
      // The messages of ipvsadm about missing IPVS and missing privilege.
      (
        """
        echo "Can't initialize ipvs: Protocol not available" >&2
        echo 'Are you sure that IP Virtual Server is built in the kernel or as module?' >&2
        exit 2
        """,
        .failure(.unavailable(said: "Can't initialize ipvs: Protocol not available"))
      ),
      (
        """
        echo "Can't initialize ipvs: Permission denied (you must be root)" >&2
        echo 'Are you sure that IP Virtual Server is built in the kernel or as module?' >&2
        exit 2
        """,
        .failure(.notPermitted(said: "Can't initialize ipvs: Permission denied (you must be root)"))
      ),
      // The messages of nsenter about a namespace that it may not enter, that is another file, or that no longer
      // exists.
      (
        "echo \"nsenter: reassociate to namespace 'ns/net' failed: Operation not permitted\" >&2; exit 1",
        .failure(.mayNotEnter(said: "nsenter: reassociate to namespace 'ns/net' failed: Operation not permitted"))
      ),
      (
        "echo \"nsenter: reassociate to namespace 'ns/net' failed: Invalid argument\" >&2; exit 1",
        .failure(.notANamespace)
      ),
      (
        "echo 'ipvsadm: cannot open /x: No such file or directory' >&2; exit 1",
        .failure(.failed(status: 1, said: "ipvsadm: cannot open /x: No such file or directory"))
      ),
      ("echo 'nsenter: cannot open /x: No such file or directory' >&2; exit 1", .failure(.noSuchNamespace)),
      (
        "echo 'nsenter: cannot open /x: Permission denied' >&2; exit 1",
        .failure(.mayNotEnter(said: "nsenter: cannot open /x: Permission denied"))
      ),
      // DPVS's program: without dpvs, and with an answer of setsockopt(-1).
      (
        "echo \"Can't initialize ipvs: Connection refused\" >&2; echo 'Are you sure that dpvs is running?' >&2; exit 2",
        .failure(.dpvs(said: "Are you sure that dpvs is running?"))
      ),
      ("echo 'Bad file descriptor' >&2; exit 255", .failure(.dpvs(said: "Bad file descriptor"))),
      // Signals.
      ("kill -s KILL $$", .failure(.killed(signal: 9))),
      ("kill -s SEGV $$", .failure(.killed(signal: 11))),
      ("kill -s PIPE $$", .failure(.killed(signal: 13))),
    ] as [(String, Result<Timeouts, IpvsadmError.Cause>)])
  func `ends with`(script: String, expected: Result<Timeouts, IpvsadmError.Cause>) async throws {
    let (answer, _) = try await answer(ofScript: script)
    #expect(answer == expected)
  }

  @Test(arguments: [
    "head -c 8000000 /dev/zero",
    "head -c 8000000 /dev/zero >&2",
    "head -c 8000000 /dev/zero >&2; echo 'Timeout (tcp tcpfin udp): 900 120 300'",
    "head -c 16385 /dev/zero",
    // Endless output. The program is dead afterwards, or this would not return.
    "exec cat /dev/zero",
    "trap '' PIPE; while :; do echo 'Timeout (tcp tcpfin udp): 900 120 300'; done",
  ])
  func `prints far too much`(script: String) async throws {
    let (answer, _) = try await answer(ofScript: script)
    #expect(answer == .failure(.tooMuchOutput))
  }

  @Test func `prints a lot, but not too much`() async throws {
    let (answer, _) = try await answer(
      ofScript: "head -c 16384 /dev/zero >&2; echo 'Timeout (tcp tcpfin udp): 900 120 300'")
    #expect(answer == .success(.kernelDefault))
  }

  @Test func `sets timeouts`() async throws {
    try await withTemporaryDirectory { directory in
      let program = try await FakeProgram(
        """
        #!/bin/sh
        printf '%s\\n' "$@" > '\(directory.appending("arguments"))'
        """, at: directory.appending("ipvsadm"))
      try await program.setTimeouts(Timeouts(tcp: 60, udp: 5))
      #expect(try directory.appending("arguments").text() == "--set\n60\n0\n5\n")
    }
  }

  @Test func `fails to set timeouts`() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.appending("ipvsadm")
      let program = try await FakeProgram("#!/bin/sh\necho refused >&2; exit 255\n", at: path)
      let wanted = Timeouts(tcp: 60)
      await #expect(
        throws: IpvsadmError(.failed(status: 255, said: "refused"), .set(wanted), program: path.string)
      ) {
        try await program.setTimeouts(wanted)
      }
    }
  }
}
