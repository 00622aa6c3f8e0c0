// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// The label `netns` of namespaces in which only processes live: they would make new series with each process.
  @Suite(.clearingUp) struct MetricLabelTests {
    private let netns = Namespace.current

    @Test func namesTheNamespaceAndNotTheProcess() async throws {
      try await withProcess(["unshare", "-n", "sleep", "60"], becoming: "/usr/bin/sleep") { process in
        let link = try await link(of: process)
        let namespaces = ["\(process)", "pid \(process)", "/proc/\(process)/ns/net"]
        for namespace in namespaces {
          let outcome = try await netns.program("show", "--netns", namespace, "--format", "prometheus")
          #expect(outcome.stdout.hasSuffix("\nipvs_timeout_up{netns=\"\(link)\"} 1\n"), "\(outcome)")
        }
        // People still see the process.
        let text = try await netns.program("show", "--all-netns").stdout
        #expect(text.contains("\npid \(process) (sleep): "), "\(text)")
      }
    }

    @Test(arguments: ["show", "verify --tcp 900", "connections"])
    func isThereOnlyForNamespacesInUse(command: String) async throws {
      _ = try await Neighbours.add("blue")
      try await withProcess(["unshare", "-n", "sleep", "60"], becoming: "/usr/bin/sleep") { process in
        #expect(try await labels(command) == ["host", "blue"])
        try await Guest.output(["nsenter", "--net=/proc/\(process)/ns/net", Guest.ipvsadm, "-A", "-t", "192.0.2.1:80"])
        let link = try await link(of: process)
        #expect(try await labels(command) == ["host", "blue", link])
      }
    }

    /// The format decides nothing about the namespaces that are set.
    @Test func isThereForEveryNamespaceThatIsSet() async throws {
      try await withProcess(["unshare", "-n", "sleep", "60"], becoming: "/usr/bin/sleep") { process in
        let links = [try await link(of: 1), try await link(of: process)]
        #expect(try await labels("set --tcp 900") == Set(["host"] + links))
      }
    }

    private func link(of process: Int32) async throws -> String {
      try await Guest.output(["readlink", "/proc/\(process)/ns/net"]).trimmed
    }

    /// The namespaces in the metrics of a command, each once.
    private func labels(_ words: String) async throws -> Set<String> {
      let arguments = words.split(separator: " ").map(String.init) + ["--all-netns", "--format", "prometheus"]
      let outcome = try await netns.run([Guest.program] + arguments)
      #expect(outcome.status == 0, "\(outcome)")
      return Set(
        outcome.stdout.split(separator: "\n").compactMap { $0.firstMatch(of: /netns="(.*?)"[,}]/).map { String($0.1) } }
      )
    }
  }
}
