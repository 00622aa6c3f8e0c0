// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// The whole program when a system call returns something that the kernel did not send.
  @Suite struct BrokenReplyTests {
    private let netns = Namespace.current

    /// The effect that replaces the receiving, the exit status, and a part of the sentence.
    static let faults = [
      (
        "retval=0", Int32(70),
        "the kernel's answer was cut short, which is a bug; please report it, with the output of `uname -a`"
      ),
      (
        "retval=10", 70,
        "the kernel's answer was cut short, which is a bug; please report it, with the output of `uname -a`"
      ),
      ("retval=20", 70, "the answer does not match the request, which is a bug;"),
      (
        "error=ENOBUFS", 71,
        "the system refused (No buffer space available, errno 105); check the limits (`ulimit -a`), the security policy and the free memory (`dmesg`)"
      ),
      (
        "error=ENOMEM", 71,
        "the system refused (Cannot allocate memory, errno 12); check the limits (`ulimit -a`), the security policy and the free memory (`dmesg`)"
      ),
      // Nothing has come, and nothing comes.
      ("error=EAGAIN", 75, "the kernel did not answer in time;"),
    ]

    @Test func isReportedInOneSentence() async throws {
      for (fault, status, reason) in BrokenReplyTests.faults {
        // The first reply describes the family, the second has the timeouts.
        for (reply, attempt) in [(1, "open IPVS"), (2, "read the timeouts")] {
          let outcome = try await run("show", "recvfrom:\(fault):when=\(reply) poll:retval=0")
          let sentence = "ipvs-timeout: cannot \(attempt) in this network namespace: \(reason)"
          #expect(
            outcome.status == status && outcome.isOneSentence && outcome.stderr.hasPrefix(sentence),
            "\(fault): \(outcome)")
        }
      }
    }

    @Test func losesNoArgumentWhenNoFileCanBeOpened() async throws {
      let outcome = try await run("verify 1 2 3", "openat:error=ENFILE")
      #expect(outcome.status == 1 && outcome.stderr.isEmpty, "\(outcome)")
    }

    @Test func givesIpvsadmsFormsItsStatuses() async throws {
      for (words, reply, status) in [
        ("-L --timeout", 1, Int32(2)), ("--set 60 30 60", 1, 2), ("-L --timeout", 2, 1), ("--set 60 30 60", 2, 255),
      ] {
        for fault in ["retval=10", "error=ENOBUFS"] {
          let outcome = try await run(words, "recvfrom:\(fault):when=\(reply)")
          #expect(outcome.status == status && outcome.isOneSentence, "\(words), \(fault): \(outcome)")
        }
      }
    }

    @Test func leavesNothingHalfSet() async throws {
      // In order: the family, the timeouts before, the acknowledgement, the timeouts after.
      for reply in 1...4 {
        try await netns.set(900, 120, 300)
        let outcome = try await run("set 60 30 60", "recvfrom:retval=10:when=\(reply)")
        #expect(outcome.status == 70)
        #expect(outcome.isOneSentence, "\(outcome)")
        #expect(outcome.stderr.contains("the timeouts may have been set") == (reply == 3), "\(outcome)")
        #expect(
          outcome.stderr.hasPrefix(
            "ipvs-timeout: the timeouts tcp=60 tcpfin=30 udp=60 were set, but not read back: cannot"
              + " read")
            == (reply == 4), "\(outcome)")
        expect(try await netns.timeouts(), equals: (reply < 3 ? "900 120 300" : "60 30 60"))
      }
    }

    @Test func reportsWhatTheSystemRefused() async throws {
      for injection in [
        "sendto:error=ENOBUFS:when=2", "socket:error=EMFILE", "recvfrom:error=EAGAIN poll:error=ENOMEM",
      ] {
        let outcome = try await run("show", injection)
        #expect(outcome.status == 71 && outcome.isOneSentence, "\(injection): \(outcome)")
      }
    }

    @Test func reportsThatTheKernelHasNoNetlink() async throws {
      let outcome = try await run("show --backend netlink", "socket:error=EPROTONOSUPPORT")
      #expect(outcome.status == 69)
      #expect(
        outcome.stderr
          == "ipvs-timeout: cannot open IPVS in this network namespace: this kernel has no IPVS, neither built in nor as"
          + " a module in /lib/modules (Protocol not supported, errno 93); install the module, or boot a kernel that has it (CONFIG_IP_VS)\n"
      )
    }

    @Test func continuesAfterASignal() async throws {
      for injection in [
        "recvfrom:error=EINTR:when=1", "recvfrom:error=EINTR:when=2+2",
        "recvfrom:error=EAGAIN:when=1..2 poll:error=EINTR:when=1",
      ] {
        expect(try await run("show", injection), equals: Outcome(0, "Timeout (tcp tcpfin udp): 900 120 300\n"))
      }
    }

    /// Runs the program under strace, which makes some of its system calls fail.
    private func run(_ words: String, _ injections: String) async throws -> Outcome {
      let injections = injections.split(separator: " ")
      let calls = injections.map { $0.prefix { $0 != ":" } }.joined(separator: ",")
      var command = ["strace", "-o", "/dev/null", "-e", "trace=\(calls)"]
      for injection in injections { command += ["-e", "inject=\(injection)"] }
      command.append(Guest.program)
      return try await netns.run(command + words.split(separator: " ").map(String.init))
    }
  }
}
