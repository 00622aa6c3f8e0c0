// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// What `ipvs-timeout doctor` says of the programs that write timeouts, and whether they do so.
  ///
  /// keepalived is the real one. There is no kube-proxy nor kube-router here: a shell with that name,
  /// and with their options after its own, takes their part. What they write is known from their sources.
  @Suite struct DoctorWritersTests {
    private let netns = Namespace.current

    /// Runs a shell that has another name and these arguments, and only waits.
    private func withShell(
      called name: String, _ arguments: String..., in netns: Namespace, before: String = "",
      _ work: @Sendable () async throws -> Void
    ) async throws {
      let script = #"exec -a "$0" /bin/bash -c 'while :; do sleep 1; done' - "$@""#
      let shell = try await Guest.output(["readlink", "-f", "/bin/bash"]).dropLast()
      try await withProcess(
        netns.entering + ["bash", "-c", before + script, name] + arguments, becoming: String(shell)
      ) { number in
        // The shell that is replaced has the same file: what tells is the name.
        let isCalledSo = try await eventually {
          try await Guest.run(["cat", "/proc/\(number)/cmdline"]).stdout.hasPrefix(name)
        }
        #expect(isCalledSo)
        try await work()
      }
    }

    @Test func areNone() async throws {
      let finding = try await netns.finding(about: "writers")
      #expect(finding.severity == "ok")
      #expect(finding.fact == "none of keepalived, kube-proxy, kube-router, dockerd runs in this network namespace")
    }

    @Test func isKeepalivedWithItsConfiguration() async throws {
      let directory = ScratchDirectory.current
      try await Keepalived.during("tcp 600 udp 40", in: netns, directory) { keepalived in
        let same = try await netns.finding(about: "writers")
        #expect(same.severity == "note")
        #expect(
          same.fact.hasSuffix(
            " writes tcp 600 s, udp 40 s, as \(directory.path)/configuration says; the kernel has them"))

        try await netns.set(700, 120, 40)
        let finding = try await netns.finding(about: "writers")
        #expect(finding.severity == "problem")
        #expect(
          finding.consequence
            == "at its next reload it writes tcp 600 s instead of 700 s, tcpfin as at its start; at its end, all as before its"
            + " start")
        #expect(
          finding.fix
            == "lvs_timeouts tcp 700 tcpfin 120 udp 40 in \(directory.path)/configuration, then"
            + " `systemctl reload keepalived`; or, to have the values that \(directory.path)/configuration says,"
            + " `systemctl reload keepalived`")
        try await keepalived.reload("tcp 600 udp 40")
        expect(try await netns.timeouts(), equals: "600 120 40")

        // What it runs in is another namespace than this.
        try await withNamespace { other in
          expect(try await other.finding(about: "writers").severity, equals: "ok")
        }
      }
      try await Keepalived.during(nil, in: netns, directory) { _ in
        let finding = try await netns.finding(about: "writers")
        #expect(finding.severity == "ok")
        #expect(finding.fact.hasSuffix(" has no lvs_timeouts in \(directory.path)/configuration, and writes none"))
      }
    }

    @Test func isKubeProxyWithItsOptions() async throws {
      try await withShell(
        called: "kube-proxy", "--proxy-mode=ipvs", "--ipvs-udp-timeout=30s", "--ipvs-tcp-timeout=0s", in: netns
      ) {
        let finding = try await netns.finding(about: "writers")
        #expect(finding.severity == "problem")
        #expect(finding.consequence == "at its next start it writes udp 30 s instead of 300 s")
        try await netns.set(0, 0, 30)
        #expect(try await netns.finding(about: "writers").severity == "note")
      }
    }

    /// In a container it has its own files: here, a file system on top of the guest's.
    @Test func isKubeProxyWithItsConfigurationInAContainer() async throws {
      let file = "\(ScratchDirectory.current.path)/inside/config"
      let container = """
        if [ -z "$INSIDE" ]; then INSIDE=1 exec unshare -m /bin/bash -c "$BASH_EXECUTION_STRING" "$0" "$@"; fi
        mkdir -p '\(ScratchDirectory.current.path)/inside'
        mount -t tmpfs none '\(ScratchDirectory.current.path)/inside'
        printf 'mode: ipvs\\nipvs:\\n  tcpTimeout: 10m\\n' > '\(file)'

        """
      try await withShell(called: "kube-proxy", "--config=\(file)", in: netns, before: container) {
        let finding = try await netns.finding(about: "writers")
        #expect(finding.severity == "problem")
        #expect(finding.fact.contains(" writes tcp 600 s, as \(file) says, but the kernel has tcp 900 s"))
        #expect(
          finding.fix?.contains(
            "under ipvs in \(file) tcpTimeout: 900s, tcpFinTimeout: 120s, udpTimeout: 300s, then restart kube-proxy")
            == true)
      }
    }

    /// The settings that Docker makes are no notes where it runs.
    @Test func isDockerWithItsSettings() async throws {
      try await netns.addService()
      for (name, value) in [("conn_reuse_mode", "0"), ("expire_nodest_conn", "1"), ("expire_quiescent_template", "1")] {
        try await netns.setting("net.ipv4.vs.\(name)", value)
      }
      #expect(try await netns.doctor(about: "settings").map(\.severity) == ["ok", "note", "note", "note"])
      try await withShell(called: "dockerd", in: netns) {
        let findings = try await netns.doctor(about: "settings")
        #expect(findings.map(\.severity) == ["ok", "ok"], "\(findings)")
        #expect(findings.last?.fact.hasPrefix("dockerd (pid ") == true, "\(findings)")
      }
    }

    @Test func isKubeRouterWithItsOptions() async throws {
      try await withShell(called: "kube-router", "--service-tcp-timeout=15m", in: netns) {
        #expect(try await netns.finding(about: "writers").severity == "note")
        try await withNamespace { other in
          expect(try await other.finding(about: "writers").severity, equals: "ok")
        }
      }
    }
  }
}
