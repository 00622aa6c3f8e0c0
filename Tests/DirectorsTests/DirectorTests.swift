// SPDX-License-Identifier: Apache-2.0

import IPVS
import Ipvsadm
import SystemPackage
import Testing

@testable import Directors

/// A director through the program ipvsadm, as far as no program is needed.
@Suite struct DirectorTests {
  @Test func `a named program that does not exist is in the error`() {
    #expect(throws: DirectorError.program(IpvsadmError(.missing, .list, program: "/no/such/ipvsadm"))) {
      _ = try Director(backend: .ipvsadm, ipvsadm: "/no/such/ipvsadm")
    }
  }

  @Test func `a sequence does not begin without the program`() {
    #expect(throws: DirectorError.program(IpvsadmError(.missing, .list, program: "/no/such/ipvsadm"))) {
      _ = try DirectorSequence(in: [.named("blue")], backend: .ipvsadm, ipvsadm: "/no/such/ipvsadm")
    }
  }

  @Test func `a sequence has a director for each network namespace`() throws {
    let namespaces: [NetworkNamespace] = [.named("no such name"), .path("/no/such"), .process(0)]
    var directors = try DirectorSequence(in: namespaces, backend: .ipvsadm, ipvsadm: "/bin/sh")
    #expect(directors.backend == .ipvsadm)
    #expect(directors.fallback == .notNeeded)
    for namespace in namespaces {
      // It exists before anything is run.
      var director = try directors.next()
      #expect(director.backend == .ipvsadm)
      #expect(director.fallback == .notNeeded)
      let error = IpvsadmError(.noSuchNamespace, .list, program: "/bin/sh", in: namespace)
      #expect(throws: DirectorError.program(error)) { try director.timeouts() }
    }
  }

  /// A caller that asks for more has a bug, and traps.
  @Test func `a sequence has no more directors`() async {
    await #expect(processExitsWith: .failure) {
      var directors = try DirectorSequence(in: [.named("blue")], backend: .ipvsadm, ipvsadm: "/bin/sh")
      _ = try directors.next()
      _ = try directors.next()
    }
  }
}
