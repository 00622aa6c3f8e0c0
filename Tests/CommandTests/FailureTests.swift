// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import Ipvsadm
import Testing

@testable import ipvs_timeout

@Suite struct FailureTests {
  private static let error = DirectorError.program(IpvsadmError(.itself, .list, program: "/x"))

  @Test func `of netlink has its advice even if ipvsadm is used instead`() {
    #expect(
      Fallback.taken(from: .netlink, to: .ipvsadm, because: IPVSError(.moduleNotLoaded, .open)).sentence
        == "using the program ipvsadm instead of netlink: cannot open IPVS in this network namespace: the kernel's module"
        + " ip_vs is installed but could not be loaded; run `modprobe -v ip_vs` to see why")
    #expect(Fallback.notNeeded.sentence == nil)
  }

  @Test func `of a backend is its sentence with its status`() {
    let failure = Failure(Self.error)
    #expect(failure.message == "ipvs-timeout: \(Self.error.description)")
    #expect(failure.status == .unavailable)
  }

  @Test func `of a backend has ipvsadm's status in ipvsadm's forms`() {
    let failure = Failure(Self.error, status: .ipvsadmFailedToOpen)
    #expect(failure.message == "ipvs-timeout: \(Self.error.description)")
    #expect(failure.status == .ipvsadmFailedToOpen)
  }

  @Test func `of the reader has no message`() {
    #expect(Failure.outputClosed.message == nil)
    #expect(Failure.outputClosed.status == .outputClosed)
  }

  @Test func `of several sentences has a line for each`() {
    let failure = Failure(sentences: ["one", "two"], .badPolicy)
    #expect(failure.message == "ipvs-timeout: one\nipvs-timeout: two")
    #expect(failure.status == .badPolicy)
  }

  /// After a change, in any namespace.
  @Test(
    arguments: [
      (nil, "this network namespace"), (NamespaceTarget(.current), "this network namespace"),
      (NamespaceTarget(.named("blue")), "the network namespace blue"),
      (NamespaceTarget(.process(7)), "the network namespace pid 7"),
    ] as [(NamespaceTarget?, String)])
  func `of a change that had no effect names the namespace`(place: NamespaceTarget?, name: String) throws {
    let change = TimeoutsChange(wanted: Timeouts(udp: 60), before: .kernelDefault, after: .kernelDefault)
    let report = TimeoutsReport(target: place, backend: .netlink, content: .change(change))
    let failure = try #require(report.failure)
    #expect(report.status == failure.status)
    #expect(
      failure
        == Failure(
          "the timeouts in \(name) differ from the values just set: udp is 300 s, wanted 60 s; another program may have"
            + " changed them (keepalived, kube-proxy, kube-router: set them there, too), or the kernel lacks the"
            + " protocol", .refused))
  }
}
