// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// `ipvs-timeout connections --wait`.
  @Suite struct ConnectionWaitTests {
    private let director = Topology.director

    /// Makes a connection that stays outdated for about this many seconds.
    private func withOutdated(for seconds: Int, _ body: @Sendable () async throws -> Void) async throws {
      let family = Topology.Family.ipv4
      try await Topology.with(rules: family.rules) {
        try await director.set(3 + seconds, 3, 3)
        let listener = try LabSocket(in: Topology.server, at: family.server, 8080).listens()
        let client = try LabSocket(in: Topology.client, at: family.client, 40001)
        try client.connects(to: family.masqueraded, 80)
        let server = try listener.accepts()
        try await director.set(3, 3, 3)
        try await body()
        withExtendedLifetime((client, server)) {}
      }
    }

    @Test func endsWhenNoneIsOutdated() async throws {
      try await withOutdated(for: 20) {
        let short = try await director.program("connections", "--wait", "1s", "--quiet")
        #expect(short.status == 75 && short.stdout.isEmpty, "\(short)")
        #expect(
          short.stderr.hasPrefix(
            "ipvs-timeout: the time given to --wait is over, but 1 connection is still on the old timer, for at most "),
          "\(short)")
        let others = try await director.program("connections", "--wait", "--client", "192.0.2.9")
        expect(others, equals: Outcome(0, "no connection matches\n"))
        let begin = ContinuousClock.now
        let outcome = try await director.program("connections", "--wait", "--state", "established")
        let time = begin.duration(to: .now)
        #expect(outcome.status == 0 && outcome.stderr.isEmpty, "\(outcome)")
        #expect(outcome.stdout.hasSuffix("tcp = 3 s\n"), "\(outcome)")
        #expect(time > .seconds(2) && time < .seconds(60), "\(time)")
        let again = ContinuousClock.now
        expect(try await director.program("connections", "--wait").status, equals: 0)
        #expect(again.duration(to: .now) < .seconds(60))
      }
    }

    /// On a terminal, elsewhere, quietly and with a limit; all at the same time, because it takes a minute.
    @Test func showsTheProgress() async throws {
      try await withOutdated(for: 70) {
        let begin = ContinuousClock.now
        async let elsewhere = director.program("connections", "--wait", "--format", "json")
        async let quiet = director.program("connections", "--wait", "--quiet", "--outdated")
        async let wide = terminal("--wait", columns: 80)
        async let narrow = terminal("--wait 3s", columns: 50)
        async let dumb = terminal("--wait 3s", columns: 80, term: "dumb")
        async let cut = director.program("connections", "--wait", "3s", "--outdated", "--format", "json")

        let over =
          "ipvs-timeout: the time given to --wait is over, but 1 connection is still on the old timer, for at most "
        let plain = try await dumb
        #expect(plain.hasPrefix(over), "\(plain.debugDescription)")
        let frames = try await narrow.split(separator: "\r").map(String.init)
        let isCut = frames.first?.wholeMatch(of: /\[\.{30}\] 1 on the old tim\u{1B}\[K/) != nil
        #expect(isCut, "\(frames)")
        #expect(frames.count > 3 && frames.last?.hasPrefix("\u{1B}[K\(over)") == true, "\(frames)")
        let listed = try await cut
        #expect(listed.status == 75 && listed.stdout.contains(#""ruled_by":"tcp","allowed":3}"#), "\(listed)")
        let lines = try await elsewhere
        let time = begin.duration(to: .now)
        #expect(time > .seconds(60) && time < .seconds(200), "\(time)")
        #expect(
          lines.status == 0
            && lines.stdout.contains(#""outdated":0,"last_ends":null,"last_ends_by":null,"outdated_for":null"#),
          "\(lines)")
        #expect(
          lines.stderr.hasPrefix("ipvs-timeout: waiting: 1 connection is still on the old timer, for at most "),
          "\(lines)")
        #expect(lines.stderr.split(separator: "\n").count == 1, "\(lines)")
        expect(try await quiet, equals: Outcome())
        try expectBar(try await wide)
      }
    }

    /// Expects a bar that grows to its end while the time left runs down, and then disappears.
    private func expectBar(_ drawn: String) throws {
      let frames = drawn.split(separator: "\r", omittingEmptySubsequences: false)
        .map { $0.replacing("\u{1B}[K", with: "") }
      #expect(frames.first == "" && frames.last == "" && frames.count > 60, "\(drawn.debugDescription)")
      let pattern = try Regex(#"\[(#*)(\.*)\] 1 on the old timer, for at most (1m)?(?:([0-9]+)s)?"#, as: Frame.self)
      let bars = try frames.dropFirst().dropLast().map { frame in
        try #require(try pattern.wholeMatch(in: frame)?.output, "\(frame)")
      }
      #expect(bars.allSatisfy { $0.1.count + $0.2.count == 30 })
      #expect(zip(bars, bars.dropFirst()).allSatisfy { $0.1.count <= $1.1.count }, "\(drawn.debugDescription)")
      #expect(bars.first?.1.isEmpty == true && bars.last.map { $0.1.count >= 28 } == true, "\(drawn.debugDescription)")
      let times = bars.map { ($0.3 == nil ? 0 : 60) + ($0.4.flatMap { Int($0) } ?? 0) }
      #expect(times.first.map { $0 > 55 } == true && times.last.map { $0 < 4 } == true, "\(times)")
    }

    private typealias Frame = (Substring, Substring, Substring, Substring?, Substring?)

    /// The text that a terminal of this width gets on standard error.
    private func terminal(_ words: String, columns: Int, term: String = "xterm") async throws -> String {
      let command = "stty cols \(columns); exec \(Guest.program) connections \(words) >/dev/null"
      let outcome = try await director.run("env", "TERM=\(term)", "script", "-qec", command, "/dev/null")
      #expect(outcome.stderr.isEmpty, "\(outcome)")
      return outcome.stdout
    }

    @Test func endsBySignals() async throws {
      try await withOutdated(for: 60) {
        for (signal, number) in [("INT", 2), ("TERM", 15), ("HUP", 1)] as [(String, Int32)] {
          let outcome = try await director.run(
            "timeout", "--preserve-status", "-s", signal, "1", Guest.program, "connections", "--wait")
          expect(outcome, equals: Outcome(128 + number))
        }
      }
    }
  }
}
