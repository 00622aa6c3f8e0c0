// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// The hints of `ipvs-timeout set` on a terminal.
  @Suite(.clearingUp) struct SetHintTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    private static let start = "Timeout (tcp tcpfin udp): 60 30 60 (was 900 120 300)\r\n"
    private static let none = "ipvs-timeout: hint: there is no virtual service in this network namespace, "

    @Test func nameTheNamespacesWithServices() async throws {
      expect(
        try await terminal("set 60 30 60"),
        equals: Self.start + Self.none + "nor in any other, so the timeouts have no effect yet\r\n")
      try await Neighbours.add("red")[0].addService()
      try await netns.set(900, 120, 300)
      expect(
        try await terminal("set 60 30 60"),
        equals: Self.start + Self.none + "but there is in red; to set the timeouts there, add `--netns red`\r\n")
      for name in ["a", "b", "c"] { try await Neighbours.add(name)[0].addService() }
      try await netns.set(900, 120, 300)
      expect(
        try await terminal("set 60 30 60"),
        equals: Self.start + Self.none
          + "but there is in a, b, c and 1 more; to set the timeouts there, add `--all-netns --in-use`\r\n")
      try await netns.addService()
      try await netns.set(900, 120, 300)
      expect(try await terminal("set 60 30 60"), equals: Self.start)
      expect(
        try await terminal("set 60 30 60 --netns red"),
        equals: "red: Timeout (tcp tcpfin udp): 60 30 60 (was 900 120 300)\r\n")
    }

    @Test func reportConnectionsOnTheOldTimer() async throws {
      try await netns.addService()
      try await SyncedConnection.add(in: netns, seconds: 900)
      let outcome = try await terminal("set 60 30 60")
      let hint = outcome.dropFirst(Self.start.count)
      let pattern =
        /ipvs-timeout: hint: 1 connection is still on the old timer, until its next packet; if silent, it ends in (15m|14m[0-9]+s) to 15m[0-9]+s; to renew them now: `ipvs-timeout renew`\r\n/
      #expect(outcome.hasPrefix(Self.start) && hint.wholeMatch(of: pattern) != nil, "\(outcome)")
      // The connection is still there when nothing changes, which is when you ask why.
      let again = try await terminal("set 60 30 60")
      #expect(again.contains("(unchanged)\r\nipvs-timeout: hint: 1 connection is still"), "\(again)")
      // A timeout that was not named is not a reason.
      let other = try await terminal("set --udp 60")
      #expect(!other.contains("hint"), "\(other)")
    }

    @Test func reportThatThePolicyUndoesIt() async throws {
      try await netns.addService()
      let name = try #require(netns.name)
      try await Guest.output(["sh", "-c", "printf '# policy\\n\(name) 60 - 2m\\n' >/etc/ipvs-timeout.conf"])
      let reason = "because line 2 of /etc/ipvs-timeout.conf wants udp 120 s; to keep your value, change that line\r\n"
      expect(
        try await terminal("set 60 30 60"),
        equals: Self.start + "ipvs-timeout: hint: the next `ipvs-timeout apply` will undo this, " + reason)
      try await netns.set(900, 120, 300)
      // The directories and links that systemd and `systemctl enable` make.
      let units = "/etc/systemd/system"
      let enable = """
        mkdir -p /run/systemd/system \(units)/timers.target.wants
        : >\(units)/ipvs-timeout.timer; : >\(units)/timers.target.wants/ipvs-timeout.timer
        """
      let disable = "rm \(units)/timers.target.wants/ipvs-timeout.timer \(units)/ipvs-timeout.timer; rm -r /run/systemd"
      try await Guest.output(["sh", "-c", enable])
      let timed = try await terminal("set 60 30 60")
      try await Guest.output(["sh", "-c", disable])
      expect(timed, equals: Self.start + "ipvs-timeout: hint: the policy will undo this within a minute, " + reason)
      expect(
        try await terminal("set --tcp 60 --udp 120"), equals: "Timeout (tcp tcpfin udp): 60 30 120 (was 60 30 60)\r\n")
    }

    @Test func areOnlyForPeopleOnATerminal() async throws {
      for words in ["set 60 30 60 --quiet", "set 60 30 60 --dry-run", "set 60 30 60 --format json"] {
        try await netns.set(900, 120, 300)
        let outcome = try await terminal(words)
        #expect(!outcome.contains("hint"), "\(outcome)")
      }
      try await netns.set(900, 120, 300)
      expect(try await terminal("set 60 30 60 2>\(directory.path)/errors"), equals: Self.start)
      #expect(directory.text("errors").isEmpty)
      try await netns.set(900, 120, 300)
      let hint = try await terminal("set 60 30 60 >\(directory.path)/result")
      #expect(directory.text("result") == "Timeout (tcp tcpfin udp): 60 30 60 (was 900 120 300)\n")
      #expect(hint.hasPrefix(Self.none), "\(hint)")
    }

    /// A script pays one system call, and none if it is quiet.
    @Test(arguments: [("set 60 30 60", 1), ("set 60 30 60 --quiet", 0)])
    func costAScriptNothing(_ words: String, _ calls: Int) async throws {
      let trace = "\(directory.path)/trace"
      let outcome = try await netns.run(
        ["strace", "-f", "-qq", "-o", trace, Guest.program] + words.split(separator: " ").map(String.init))
      #expect(outcome.status == 0 && outcome.stderr.isEmpty)
      let lines = directory.text("trace").split(separator: "\n")
      #expect(lines.count { $0.contains(" ioctl(2, ") || $0.contains("\tioctl(2, ") } == calls, "\(lines)")
      #expect(!lines.contains { $0.contains("ip_vs_conn") || $0.contains("ipvs-timeout.conf") }, "\(lines)")
    }

    /// The text on a terminal.
    private func terminal(_ words: String) async throws -> String {
      let outcome = try await netns.run("script", "-qec", "exec \(Guest.program) \(words)", "/dev/null")
      #expect(outcome.status == 0, "\(outcome)")
      return outcome.stdout
    }
  }
}
