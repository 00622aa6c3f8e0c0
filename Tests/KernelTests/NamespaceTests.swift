// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// Every network namespace has its own timeouts.
  @Suite struct NamespaceTests {
    private let netns = Namespace.current

    @Test(arguments: BackendTests.backends)
    func setsOnlyItsOwn(_ backend: String) async throws {
      try await withNamespace { other in
        let outcome = try await netns.program("set", "60", "30", "60", "--backend", backend)
        #expect(outcome.status == 0)
        expect(try await netns.timeouts(), equals: "60 30 60")
        expect(try await other.timeouts(), equals: "900 120 300")
        expect(try await Namespace.initial.timeouts(), equals: "900 120 300")
        expect(try await other.program(), equals: Outcome(0, "Timeout (tcp tcpfin udp): 900 120 300\n"))
      }
    }

    @Test func startsAtTheDefaultsWhateverTheInitialNamespaceHas() async throws {
      expect(try await Namespace.initial.program("set", "7", "8", "9").status, equals: 0)
      try await withNamespace { new in
        let outcome = try await new.program()
        #expect(outcome == Outcome(0, "Timeout (tcp tcpfin udp): 900 120 300\n"))
      }
      expect(
        try await Namespace.initial.program("set", "900", "120", "300"),
        equals: Outcome(0, "Timeout (tcp tcpfin udp): 900 120 300 (was 7 8 9)\n"))
    }
  }
}
