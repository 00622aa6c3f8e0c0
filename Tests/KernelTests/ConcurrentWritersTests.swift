// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// Only the named values are sent, so a program that writes at the same time keeps its own.
  @Suite struct ConcurrentWritersTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    @Test(arguments: [
      ("--tcp 5", #"\x08\x00\x04\x00\x05\x00\x00\x00"#),
      ("--tcpfin 6", #"\x08\x00\x05\x00\x06\x00\x00\x00"#),
      ("0 - 7", #"\x08\x00\x06\x00\x07\x00\x00\x00"#),
      ("5 0 7", #"\x08\x00\x04\x00\x05\x00\x00\x00\x08\x00\x06\x00\x07\x00\x00\x00"#),
    ])
    func sendsTheNamedAttributesAlone(_ words: String, _ attributes: String) async throws {
      let outcome = try await netns.run(
        ["strace", "-o", "\(directory.path)/trace", "-e", "trace=sendto", Guest.program, "set"]
          + words.split(separator: " ").map(String.init))
      #expect(outcome.status == 0, "\(outcome)")
      let sent = directory.text("trace").split(separator: "\n").filter { $0.contains(#"\x0c\x01\x00\x00"#) }
      #expect(sent.count == 1)
      // The generic netlink header with the command SET_CONFIG, then the attributes, then nothing.
      #expect(sent.first?.contains("\"\\x0c\\x01\\x00\\x00\(attributes)\"") == true, "\(sent)")
    }

    @Test func keepsWhatAnotherProgramWroteBetweenReadingAndSetting() async throws {
      // Requests in order: the family, the timeouts before, the timeouts to set, the timeouts after.
      let outcome = try await netns.run([Guest.program, "set", "--udp", "30"], stoppingAt: "sendto", 2) {
        try await netns.set(111, 0, 0)
      }
      expect(outcome, equals: Outcome(0, "Timeout (tcp tcpfin udp): 111 120 30 (was 900 120 300)\n"))
      expect(try await netns.timeouts(), equals: "111 120 30")
    }

    @Test func reportsThatAnotherProgramOverwroteTheValues() async throws {
      let words = ["set", "--udp", "30", "--tcp", "60"]
      let outcome = try await netns.run([Guest.program] + words, stoppingAt: "sendto", 3) {
        try await netns.set(0, 0, 99)
      }
      expect(
        outcome,
        equals: Outcome(
          71, "Timeout (tcp tcpfin udp): 60 120 99 (was 900 120 300)\n",
          "ipvs-timeout: the timeouts in this network namespace differ from the values just set: udp is 99 s, wanted 30 s;"
            + " another program may have changed them (keepalived, kube-proxy, kube-router: set them there, too), or the kernel lacks the"
            + " protocol\n"))
    }

    @Test func losesNoUpdateOfManyWriters() async throws {
      let loop = "for i in $(seq 1 10); do \"$0\" set --$1 $i --quiet || exit; done"
      async let tcp = netns.run("sh", "-c", loop, Guest.program, "tcp")
      async let tcpFin = netns.run("sh", "-c", loop, Guest.program, "tcpfin")
      async let udp = netns.run("sh", "-c", loop, Guest.program, "udp")
      // Each of them reads back the value that it has just set, and fails if another has changed it.
      expect(try await [tcp, tcpFin, udp], equals: [Outcome(), Outcome(), Outcome()])
      expect(try await netns.timeouts(), equals: "10 10 10")
    }
  }
}
