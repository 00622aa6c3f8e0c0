// SPDX-License-Identifier: Apache-2.0

import IPVS
import Ipvsadm
import SystemPackage
import Testing

@testable import Directors

/// A director reached by the program, as far as that needs no program.
@Suite struct DirectorTests {
  @Test func `a program that was named and is not there is named in the error`() {
    #expect(throws: DirectorError.ipvsadm(IpvsadmError(.missing, .list, program: "/no/such/ipvsadm"))) {
      _ = try Director(backend: .ipvsadm, ipvsadm: "/no/such/ipvsadm")
    }
  }

  @Test func `a round does not begin where the program is not there`() {
    #expect(throws: DirectorError.ipvsadm(IpvsadmError(.missing, .list, program: "/no/such/ipvsadm"))) {
      _ = try DirectorSequence(in: [.named("blue")], backend: .ipvsadm, ipvsadm: "/no/such/ipvsadm")
    }
  }

  @Test func `a round has a director for each network namespace, and then no more`() throws {
    let namespaces: [NetworkNamespace] = [.named("no such name"), .path("/no/such"), .process(0)]
    var round = try DirectorSequence(in: namespaces, backend: .ipvsadm, ipvsadm: "/bin/sh")
    #expect(round.backend == .ipvsadm)
    #expect(round.fallback == .notNeeded)
    for namespace in namespaces {
      // It is there before anything is run.
      guard let director = try round.next() else {
        Issue.record("there is none")
        return
      }
      #expect(director.backend == .ipvsadm)
      let error = IpvsadmError(.noSuchNamespace, .list, program: "/bin/sh", in: namespace)
      #expect(throws: DirectorError.ipvsadm(error)) { try director.timeouts() }
    }
    for _ in 1...2 {
      guard case .none = try round.next() else {
        Issue.record("there is one more")
        return
      }
    }
  }
}
