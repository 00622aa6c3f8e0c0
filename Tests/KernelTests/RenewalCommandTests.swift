// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// The options, the output and the exit statuses of a renewal.
  @Suite(.clearingUp) struct RenewalCommandTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    private static let line = "renewed 3 of 4 connections; 1 keeps its timer (1 fixed-state)\n"
    private static let change = "Timeout (tcp tcpfin udp): 60 30 60 (was 900 120 300)\n"
    /// The timers of `RenewalTable.defaults`, and their timers after a renewal with 60, 30 and 60 s.
    private static let old = [1: 61...890, 2: 31...110, 3: 61...290, 4: 1...100]
    private static let renewed = [1: 1...60, 2: 1...30, 3: 1...60, 4: 1...100]

    private func json(
      _ connections: Int, renewed: Int, silent: String = "0", kept: Int, isDryRun: Bool = false
    ) -> String {
      #"{"netns":"host","backend":"netlink","connections":\#(connections),"renewed":\#(renewed),"#
        + #""silent_too_long":\#(silent),"outdated":0,"gone":0,"recreated":0,"kept":{"fixed_state":\#(kept),"#
        + #""template":0,"ftp_control":0,"mixed_address_families":0,"about_to_end":0},"dry_run":\#(isDryRun)}"# + "\n"
    }

    @Test(
      arguments: [
        ("", line), ("--format json", nil), ("--quiet", ""),
        ("--state udp --state ESTABLISHED", "renewed 2 of 2 connections\n"),
      ] as [(String, String?)])
    func printsTheResult(_ options: String, _ expected: String?) async throws {
      try await RenewalTable.fill(in: netns)
      try await netns.set(60, 30, 60)
      let command = [Guest.program, "renew", "--yes"] + options.split(separator: " ").map(String.init)
      let output = expected ?? json(4, renewed: 3, silent: "null", kept: 1)
      expect(try await netns.run(command).anonymous, equals: Outcome(0, output))
      try await netns.expectTimers(
        options.contains("udp") ? [1: 1...60, 2: 31...110, 3: 1...60, 4: 1...100] : RenewalCommandTests.renewed)
      // A second renewal finds nothing to do.
      let again = try await netns.program("renew", "--yes", "--format", "json").anonymous
      let wanted = options.contains("udp") ? 1 : 0
      expect(again, equals: Outcome(0, json(4, renewed: wanted, silent: "null", kept: 1)))
      try await netns.expectNoDaemon()
    }

    @Test(arguments: [
      (["renew", "--dry-run"], "would \(line.dropFirst("renewed ".count))", "60 30 60"),
      (
        ["set", "60", "30", "60", "--renew", "--dry-run"],
        "Timeout (tcp tcpfin udp): 900 120 300 (would become 60 30 60)\n", "900 120 300"
      ),
      (
        ["with", "60", "30", "60", "--renew", "--dry-run", "--", "true"],
        "Timeout (tcp tcpfin udp): 900 120 300 (would become 60 30 60)\n", "900 120 300"
      ),
    ])
    func changesNothingInADryRun(_ words: [String], _ first: String, _ timeouts: String) async throws {
      try await RenewalTable.fill(in: netns)
      if timeouts == "60 30 60" { try await netns.set(60, 30, 60) }
      let plan = "would renew 3 of 4 connections; 1 keeps its timer (1 fixed-state)\n"
      let output = words[0] == "renew" ? plan : first + plan
      expect(try await netns.run([Guest.program] + words), equals: Outcome(0, output))
      expect(try await netns.timeouts(), equals: timeouts)
      try await netns.expectTimers(RenewalCommandTests.old)
      try await netns.expectNoDaemon()
    }

    /// The selected connections by their ports.
    @Test(
      arguments: [
        (["--state", "established"], [1, 4, 5, 6]), (["--state", "UDP"], [3]), (["--state", "fin_wait"], [2]),
        (["--service", "192.0.2.100:80"], [1, 2, 5, 6]), (["--service", "192.0.2.100:53"], [3]),
        (["--real-server", "198.51.100.2"], [1, 2, 3, 5]), (["--real-server", "198.51.100.3:8080"], [6]),
        (["--client", "192.0.2.3"], [5]), (["--client", "2001:db8:1::2"], [4]),
        (["--service", "[2001:db8:1::100]:80", "--state", "established"], [4]),
        (["--client", "192.0.2.2", "--state", "udp", "--state", "established"], [1, 3, 6]),
        (["--client", "192.0.2.9"], []),
      ] as [([String], Set<Int>)])
    func renewsOnlyTheSelectedConnections(_ filter: [String], _ ports: Set<Int>) async throws {
      let rows =
        RenewalTable.defaults.dropLast() + [
          RenewalTable.Row(
            port: 4, seconds: 890, client: "2001:db8:1::2", service: ("2001:db8:1::100", 80),
            server: ("2001:db8:2::2", 8080)),
          RenewalTable.Row(port: 5, seconds: 890, client: "192.0.2.3"),
          RenewalTable.Row(port: 6, seconds: 890, server: ("198.51.100.3", 8080)),
        ]
      try await RenewalTable.fill(Array(rows), in: netns)
      try await netns.set(60, 30, 60)
      let count = ports.count == 1 ? "1 of 1 connection" : "\(ports.count) of \(ports.count) connections"
      expect(
        try await netns.run([Guest.program, "renew", "--yes"] + filter), equals: Outcome(0, "renewed \(count)\n"))
      let timers = try await netns.timers()
      #expect(timers.count == 6)
      #expect(Set(timers.filter { $0.value <= ($0.key == 2 ? 30 : 60) }.keys) == ports, "\(timers)")
    }

    /// The time since the last packet, which the previous timeouts show, counts.
    @Test(arguments: [
      // Silent for 10 s of 900 s, and for 800 s.
      ("600", [1: 500...591, 2: 1...1], "renewed 1 of 2 connections"),
      ("2h", [1: 7100...7191, 2: 6310...6401], "renewed 2 of 2 connections"),
    ])
    func countsTheTimeSinceTheLastPacket(
      _ tcp: String, _ expected: [Int: ClosedRange<Int>], _ sentence: String
    ) async throws {
      let rows = [RenewalTable.Row(port: 1, seconds: 890), RenewalTable.Row(port: 2, seconds: 100)]
      try await RenewalTable.fill(rows, in: netns)
      let outcome = try await netns.program("set", "--tcp", tcp, "--renew", "--since-last-packet", "--yes")
      #expect(outcome.status == 0 && outcome.stdout.hasSuffix("\(sentence)\n"), "\(outcome)")
      let timers = try await netns.timers()
      for (port, range) in expected where range != 1...1 {
        #expect(timers[port].map { range.contains($0) } == true, "\(timers)")
      }
      // 600 s are not longer than 100 s, so the second connection keeps its timer there.
      if tcp == "600" { #expect(timers[2].map { $0 <= 100 } == true, "\(timers)") }
    }

    /// A connection that was silent for longer than the new timeout gets one second.
    @Test func letsAConnectionEndThatWasSilentForTooLong() async throws {
      let rows = [RenewalTable.Row(port: 1, seconds: 890), RenewalTable.Row(port: 2, seconds: 200)]
      try await RenewalTable.fill(rows, in: netns)
      let outcome = try await netns.program("set", "--tcp", "120", "--renew", "--since-last-packet", "--yes")
      #expect(outcome.status == 0, "\(outcome)")
      #expect(try await eventually { try await netns.timers()[2] == nil })
      #expect(try await netns.timers()[1].map { $0 <= 111 } == true)
    }

    @Test func worksInSeveralNamespaces() async throws {
      let places = try await Neighbours.add("blue", "green", "red")
      for place in places.dropFirst() {
        try await RenewalTable.fill(in: place)
        try await place.set(60, 30, 60)
      }
      let line = RenewalCommandTests.line
      // The loopback interface of blue is down.
      let failed = try await netns.program("renew", "--yes", "--netns", "red", "--netns", "blue")
      expect(Outcome(failed.status, failed.stdout), equals: Outcome(71, "red: \(line)"))
      #expect(failed.stderr.hasSuffix("run `nsenter --net=/run/netns/blue ip link set lo up` first\n"), "\(failed)")
      try await places[2].expectTimers(RenewalCommandTests.renewed)
      try await places[1].expectTimers(RenewalCommandTests.old)
      expect(
        try await netns.program("renew", "--yes", "--in-use"),
        equals: Outcome(0, "green: \(line)red: renewed 0 of 4 connections; 1 keeps its timer (1 fixed-state)\n"))
      try await places[1].expectTimers(RenewalCommandTests.renewed)
      let all = try await Namespace.initial.program("renew", "--yes", "--all-netns", "--quiet")
      #expect(all.status == 71 && all.stdout.isEmpty, "\(all)")
      for place in places + [netns, .initial] { try await place.expectNoDaemon() }
    }

    @Test func appliesAPolicyWhereATimeoutChanges() async throws {
      let places = try await Neighbours.add("blue", "red")
      for place in places { try await RenewalTable.fill(in: place) }
      // The values of blue are as wanted, so its connections keep their timers.
      try await places[0].set(60, 30, 60)
      let policy = try directory.write("policy", "blue 60 30 60\nred 60 30 60\n")
      let outcome = try await netns.program("apply", policy, "--renew", "--yes")
      expect(
        outcome,
        equals: Outcome(
          0,
          "blue: Timeout (tcp tcpfin udp): 60 30 60 (unchanged)\nred: \(RenewalCommandTests.change)"
            + "red: \(RenewalCommandTests.line)"))
      try await places[0].expectTimers(RenewalCommandTests.old)
      try await places[1].expectTimers(RenewalCommandTests.renewed)
    }

    /// Messages that get lost without a trace: the table shows it.
    @Test func failsIfConnectionsKeepTheirOldTimers() async throws {
      let rows = (1...80).map { RenewalTable.Row(port: UInt16($0), seconds: 890) }
      try await RenewalTable.fill(rows, in: netns)
      try await netns.set(60, 30, 60)
      let messages = try await RenewalCalls(of: ["renew", "--yes"], in: netns).messages
      try #require(messages.count == 2)
      try await RenewalTable.fill(rows, in: netns)
      // The first message arrives. The second one only seems to, and so does the only message of each later round.
      let (number, size) = messages[1]
      let outcome = try await netns.run(
        ["strace", "-f", "-o", "/dev/null", "-e", "trace=sendto"]
          + ["-e", "inject=sendto:retval=\(size):when=\(number)..\(number + 4)"] + [Guest.program, "renew", "--yes"])
      let (lost, arrived) = ((size - 8) / 36, 80 - (size - 8) / 36)
      expect(
        outcome, equals: Outcome(1, "renewed \(arrived) of 80 connections; \(lost) still on the old timer\n"))
      try await netns.expectNoDaemon()
      let late = try await netns.timers().values.filter { $0 > 60 }.count
      #expect(late == lost)
    }
  }
}

/// The system calls of a command that a rehearsal has shown.
struct RenewalCalls {
  /// The sync messages: their numbers among the calls of `sendto`, from 1, and their sizes.
  let messages: [(number: Int, size: Int)]

  /// Runs the command.
  init(of words: [String], in netns: Namespace) async throws {
    let trace = "\(ScratchDirectory.current.path)/rehearsal"
    let command = ["strace", "-f", "-o", trace, "-e", "trace=sendto", Guest.program] + words
    let outcome = try await netns.run(command)
    #expect(outcome.status == 0, "\(outcome)")
    let calls = ScratchDirectory.current.text("rehearsal").split(separator: "\n").filter { $0.contains(" sendto(") }
    messages = calls.enumerated().compactMap { number, line in
      // A connected socket needs no address, unlike netlink's.
      guard line.contains(", NULL, 0)"), let size = line.split(separator: " ").last.flatMap({ Int($0) }) else {
        return nil
      }
      return (number + 1, size)
    }
  }
}
