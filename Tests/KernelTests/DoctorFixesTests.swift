// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// Every command that `doctor` prints as a fix: it makes neither `verify` nor `doctor` worse.
  @Suite(.serialized, .clearingUp) struct DoctorFixesTests {
    private let netns = Namespace.current

    /// A scene: what has happened before somebody runs `doctor`.
    struct Scene: Sendable, CustomTestStringConvertible {
      let testDescription: String
      /// Timeouts on the host, if somebody has set them.
      var host: [Int]?
      /// Whether the host has a TCP service.
      var hasService = false
      /// The namespaces of Docker that have services, and their timeouts, if somebody has set them.
      var sandboxes: [String: [Int]?] = [:]
      /// The policy.
      var policy: String?
      /// How many problems there are.
      var problems = 0
    }

    static let scenes = [
      Scene(testDescription: "a director as installed", hasService: true),
      Scene(testDescription: "a director with timeouts and no policy", host: [60, 30, 45], hasService: true),
      Scene(testDescription: "a policy that is not in force", hasService: true, policy: "host 60 30 45\n", problems: 1),
      Scene(
        testDescription: "a policy in force that cuts idle connections", host: [60, 30, 45], hasService: true,
        policy: "host 60 30 45\n"),
      Scene(testDescription: "a Swarm node", sandboxes: ["ingress_sbox": nil, "lb_abcdefghi": nil]),
      Scene(
        testDescription: "timeouts set on the host of a Swarm node", host: [60, 30, 45],
        sandboxes: ["ingress_sbox": nil, "lb_abcdefghi": nil], problems: 1),
      Scene(
        testDescription: "one of two namespaces was set",
        sandboxes: ["ingress_sbox": [8100, 120, 300], "lb_abcdefghi": nil]),
      Scene(
        testDescription: "the policy of the documentation, in force", host: [900, 30, 60],
        sandboxes: ["ingress_sbox": [8100, 120, 300], "lb_abcdefghi": [8100, 120, 300]],
        policy: "host 15m 30s 60s\n/run/docker/netns/* 2h15m - -\n"),
      Scene(
        testDescription: "the policy of the documentation, not in force",
        sandboxes: ["ingress_sbox": nil, "lb_abcdefghi": nil],
        policy: "host 15m 30s 60s\n/run/docker/netns/* 2h15m - -\n", problems: 3),
      Scene(
        testDescription: "a policy that names one of two namespaces", host: [900, 30, 60],
        sandboxes: ["ingress_sbox": [600, 120, 300], "lb_abcdefghi": nil],
        policy: "host 15m 30s 60s\ningress_sbox 10m - -\n", problems: 1),
    ]

    @Test(arguments: scenes)
    func makeNothingWorse(_ scene: Scene) async throws {
      try await make(scene)
      let before = try await report()
      let shell = netns.entering + ["bash", "-c"]
      // Each in the scene as it was: two commands of one fix are alternatives.
      for command in before.commands {
        try await make(scene)
        try await Guest.output(shell + [#"ipvs-timeout() { "$0" "$@"; }"# + "\n" + command, Guest.program])
        let after = try await report()
        #expect(after.drift <= before.drift, "\(command)\n\(before)\n\(after)")
        #expect(after.problems <= before.problems, "\(command)\n\(before)\n\(after)")
        #expect(after.problems + after.notes <= before.problems + before.notes, "\(command)\n\(before)\n\(after)")
        // Timeouts that somebody had set do not become the kernel's defaults.
        for (name, values) in scene.sandboxes where values != nil {
          let now = try await Neighbours.timeouts(at: "/run/docker/netns/\(name)")
          #expect(now != "900 120 300", "\(command)")
        }
      }
      #expect(before.problems == scene.problems, "\(before)")
    }

    /// Takes away what an earlier scene and its fixes have changed.
    private func clear() async throws {
      let script = """
        for file in /run/docker/netns/*; do umount -q -l "$file"; done
        rm -rf /run/docker /etc/ipvs-timeout.conf
        ipvsadm -C && ipvsadm --set 900 120 300
        sysctl -qw net.ipv4.tcp_keepalive_time=7200 net.ipv4.tcp_keepalive_intvl=75
        """
      try await Guest.output(netns.entering + ["sh", "-c", script])
    }

    private func make(_ scene: Scene) async throws {
      try await clear()
      for (name, values) in scene.sandboxes.sorted(by: { $0.key < $1.key }) {
        let path = try await Neighbours.addForDocker(name)
        let rules = "ip link set lo up; ipvsadm -A -f 260 -s rr; ipvsadm -a -f 260 -r 127.0.0.5 -m"
        try await Guest.output(["nsenter", "--net=\(path)", "sh", "-c", rules])
        guard let values else { continue }
        try await Guest.output(["nsenter", "--net=\(path)", Guest.ipvsadm, "--set"] + values.map(String.init))
      }
      if scene.hasService {
        try await Guest.output(netns.entering + [Guest.ipvsadm, "-A", "-t", "192.0.2.1:80", "-s", "rr"])
      }
      if let host = scene.host { try await netns.set(host[0], host[1], host[2]) }
      if let policy = scene.policy {
        try await Guest.output(["sh", "-c", "printf %s \"$0\" >/etc/ipvs-timeout.conf", policy])
      }
    }

    /// What `doctor` and `verify` say.
    private struct Report: CustomStringConvertible {
      let findings: [DoctorFinding]
      let drift: Int32
      var problems: Int { findings.count { $0.severity == "problem" } }
      var notes: Int { findings.count { $0.severity == "note" } }

      /// The commands of the fixes: all of a fix, or its parts between backticks.
      ///
      /// Settings are those of hosts elsewhere; waiting fixes nothing.
      var commands: [String] {
        let programs = ["ipvs-timeout set", "ipvs-timeout apply", "printf", "sysctl", "nsenter"]
        let all = findings.compactMap(\.fix).flatMap { fix -> [String] in
          let parts = fix.split(separator: "`", omittingEmptySubsequences: false).map(String.init)
          return parts.count < 3 ? [fix] : parts.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
        }
        var known: Set<String> = []
        return all.filter { command in
          programs.contains { command.hasPrefix($0) } && known.insert(command).inserted
        }
      }

      var description: String {
        findings.filter { $0.severity != "ok" }.map { "\($0.severity) \($0.check) \($0.fact) | \($0.fix ?? "")" }
          .joined(separator: "\n") + "\nverify: \(drift)"
      }
    }

    private func report() async throws -> Report {
      let outcome = try await netns.run([Guest.program, "doctor", "--format", "json"])
      let hasPolicy = try await Guest.run(["test", "-e", "/etc/ipvs-timeout.conf"]).status == 0
      let drift = hasPolicy ? try await netns.program("verify").status : 0
      return Report(findings: Array(try DoctorFinding.all(in: outcome.stdout).joined()), drift: drift)
    }
  }
}
