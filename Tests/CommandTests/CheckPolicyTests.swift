// SPDX-License-Identifier: Apache-2.0

import SystemPackage
import TestSupport
import Testing

/// The report of the built program about a policy, for which it asks neither IPVS nor ipvsadm.
@Suite(.serialized) struct CheckPolicyTests {
  @Test func `reports what the host would get, and from which line`() async throws {
    try await withPolicy("# one\nhost 15m 30s -\nhost - 1m default\n") { path in
      let text = try await BuiltProgram.run(nil, ["check-policy", path, "--netns", "host"])
      #expect(
        text == .init(status: 0, output: "host: tcp 900 s (line 2), tcpfin 60 s (line 3), udp 300 s (line 3)\n"))
      let json = try await BuiltProgram.run(nil, ["check-policy", path, "--netns", "host", "--format", "json"])
      #expect(
        json.anonymous
          == .init(
            status: 0,
            output: #"{"netns":"host","policy":"\#(path)","wanted":{"tcp":900,"tcpfin":60,"udp":300},"#
              + #""lines":{"tcp":2,"tcpfin":3,"udp":3}}"# + "\n"))
    }
  }

  @Test func `reports that nothing is wanted`() async throws {
    try await withPolicy("host 15m - -\n") { path in
      let (command, foreign) = (["check-policy", path, "--netns"], try ForeignNamespace())
      #expect(
        try await BuiltProgram.run(nil, command + ["\(foreign.process)", "--netns", "/proc/self/ns/net"])
          == .init(status: 0, output: "\(foreign.process): nothing\n/proc/self/ns/net: tcp 900 s (line 1)\n"))
      #expect(
        try await BuiltProgram.run(nil, command + ["\(foreign.process)", "--format", "json"]).anonymous
          == .init(
            status: 0,
            output: #"{"netns":"\#(foreign.process)","policy":"\#(path)","wanted":{"tcp":null,"tcpfin":null,"#
              + #""udp":null},"lines":{"tcp":null,"tcpfin":null,"udp":null}}"# + "\n"))
    }
  }

  /// A namespace that does not exist yet may be named, to try the policy.
  @Test func `matches a missing namespace by its path`() async throws {
    try await withPolicy("/no/* 1 - -\nsuch - 2 -\n") { path in
      let ending = try await BuiltProgram.run(nil, ["check-policy", path, "--netns", "/no/such", "--netns", "such"])
      #expect(
        ending
          == .init(status: 0, output: "/no/such: tcp 1 s (line 1), tcpfin 2 s (line 2)\nsuch: tcpfin 2 s (line 2)\n"))
    }
  }

  @Test func `reads all namespaces, and reports lines that match none`() async throws {
    let foreign = try ForeignNamespace()
    try await withPolicy("host 1 - -\nno-such 2 - -\nhost - - 3\n/no/such/* 4 - -\n") { path in
      let ending = try await BuiltProgram.run(nil, ["check-policy", path, "--all-netns"])
      #expect(ending.status == 0)
      #expect(ending.output.hasPrefix("host: tcp 1 s (line 1), udp 3 s (line 3)\n"))
      #expect(ending.output.contains("\npid \(foreign.process) (cat): nothing\n"))
      #expect(ending.errors.contains(#"ipvs-timeout: \#(path):4: no network namespace matches "/no/such/*""# + "\n"))
      #expect(!ending.errors.contains(":1:") && !ending.errors.contains(":3:"))
      // A policy cannot match a namespace in which only processes live.
      let bound = try await BuiltProgram.run(nil, ["check-policy", path])
      #expect(bound.output.hasPrefix("host: tcp 1 s (line 1), udp 3 s (line 3)\n"))
      #expect(!bound.output.contains("pid "))
    }
  }

  @Test func `reports no lines if namespaces were chosen`() async throws {
    try await withPolicy("no-such 2 - -\n") { path in
      let ending = try await BuiltProgram.run(nil, ["check-policy", path, "--netns", "host"])
      #expect(ending == .init(status: 0, output: "host: nothing\n"))
      let quiet = try await BuiltProgram.run(nil, ["check-policy", path, "--quiet"])
      #expect(quiet == .init(status: 0))
    }
  }

  private func withPolicy(_ text: String, _ body: (_ path: String) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.appending("policy").string
      let writing = try await BuiltProgram.run(script: #"printf '%s' "$2" > "$1" && chmod 600 "$1""#, [path, text])
      try #require(writing.status == 0)
      try await body(path)
    }
  }
}
