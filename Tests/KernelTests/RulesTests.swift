// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

extension RealKernel {
  /// `show --format rules` prints the line that `ipvsadm -S` leaves out, and `ipvsadm -R` accepts it.
  @Suite(.clearingUp) struct RulesTests {
    private let netns = Namespace.current

    @Test(arguments: ["/usr/sbin/ipvsadm -R", "/usr/sbin/ipvsadm-restore"], ["netlink", "ipvsadm"])
    func areRestored(_ reader: String, _ backend: String) async throws {
      let red = try await Neighbours.add("red")[0]
      try await netns.set(61, 31, 2_678_400)
      let outcome = try await netns.program("show", "--format", "rules", "--backend", backend)
      #expect(outcome == Outcome(0, "--set 61 31 2678400\n"))
      expect(
        try await red.run("sh", "-c", "printf %s \"$0\" | \(reader)", outcome.stdout), equals: Outcome())
      expect(try await red.timeouts(), equals: "61 31 2678400")
    }

    /// Another program has set more than ipvsadm accepts: the line restores the other timeouts.
    @Test func leaveOutMoreThanIpvsadmAccepts() async throws {
      let client = try netns.inside { try Client() }
      try client.setTimeouts(Timeouts(tcp: Timeout(held: 2_678_401), tcpFin: 31, udp: 61))
      expect(
        try await netns.program("show", "--format", "rules"),
        equals: Outcome(
          0, "--set 0 31 61\n",
          "ipvs-timeout: the line leaves out tcp 2678401 s, because ipvsadm accepts at most 31 days\n"))
    }

    @Test func areThoseOfTheNamedNamespace() async throws {
      try await Neighbours.add("red")[0].set(11, 12, 13)
      expect(
        try await netns.program("show", "--format", "rules", "--netns", "red"), equals: Outcome(0, "--set 11 12 13\n"))
      let outcome = try await netns.program("show", "--format", "rules", "--all-netns")
      #expect(outcome.status == 64 && outcome.isOneSentence, "\(outcome)")
    }

    @Test func workTogetherWithTheOtherRules() async throws {
      let red = try await Neighbours.add("red")[0]
      try await netns.set(11, 12, 13)
      let save = "\(Guest.ipvsadm) -A -t 192.0.2.100:80 -s rr && { \(Guest.ipvsadm) -Sn; \"$0\" show --format rules; }"
      let rules = try await Guest.output(netns.entering + ["sh", "-c", save, Guest.program])
      #expect(rules == "-A -t 192.0.2.100:80 -s rr\n--set 11 12 13\n")
      expect(try await red.run("sh", "-c", "printf %s \"$0\" | \(Guest.ipvsadm) -R", rules), equals: Outcome())
      expect(try await red.timeouts(), equals: "11 12 13")
      expect(try await Guest.output(red.entering + [Guest.ipvsadm, "-Sn"]), equals: "-A -t 192.0.2.100:80 -s rr\n")
    }
  }
}
