// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import Ipvsadm
import SystemPackage
import Testing

@testable import ipvs_timeout

@Suite struct ExitStatusTests {
  static let netlink: [(IPVSError.Code, Int32)] = [
    (.notInKernel, 69),
    (.modulesNotVisible, 69),
    (.moduleNotLoaded, 69),
    (.moduleLoadingDisabled, 69),
    (.unloaded, 69),
    (.noSocketDiagnosis, 69),
    (.backupDaemonRuns, 69),
    (.renewalDaemonRuns, 69),
    (.mixedAddressFamilies, 69),
    (.backupOnly, 71),
    (.loopbackDown, 71),
    (.messagesLost, 71),
    (.timeoutsChanged, 75),
    (.notRoot, 77),
    (.mayNotEnter, 77),
    (.missingCapability, 77),
    (.userNamespace, 77), (.foreignNamespace, 77),
    (.mayNotEnter, 77),
    (.noSuchNamespace, 71),
    (.notANamespace, 71),
    (.valueRefused, 71),
    (.refused, 71),
    (.timedOut, 75),
    (.truncatedReply, 70),
    (.unexpectedReply, 70),
    (.library, 70),
    (.init(rawValue: "of-a-later-version"), 71),
  ]

  static let program: [(IpvsadmError.Cause, Int32)] = [
    (.missing, 69),
    (.notExecutable(.permissionDenied), 69),
    (.itself, 69),
    (.writableByOthers("/tmp"), 77),
    (.nested, 69),
    (.noNsenter, 69),
    (.noSuchNamespace, 71),
    (.notANamespace, 71),
    (.notStarted("the reason"), 71),
    (.unavailable(said: "no"), 69),
    (.notPermitted(said: "no"), 77),
    (.mayNotEnter(said: "no"), 77),
    (.failed(status: 1, said: "no"), 71),
    (.killed(signal: 9), 71),
    (.lost("the reason"), 71),
    (.timedOut, 75),
    (.tooMuchOutput, 70),
    (.unreadable(output: ""), 70),
  ]

  @Test(arguments: netlink)
  func `of a failure of netlink`(code: IPVSError.Code, status: Int32) {
    #expect(DirectorError.kernel(IPVSError(code, .open)).exitStatus.rawValue == status)
  }

  /// A security policy may refuse the socket.
  @Test(arguments: [(.permissionDenied, 77), (.notPermitted, 77), (.noMemory, 71), (nil, 71)] as [(Errno?, Int32)])
  func `of a refusal depends on its errno`(errno: Errno?, status: Int32) {
    #expect(DirectorError.kernel(IPVSError(.refused, .open, errno: errno)).exitStatus.rawValue == status)
  }

  @Test(arguments: program)
  func `of a failure of the program`(cause: IpvsadmError.Cause, status: Int32) {
    #expect(DirectorError.program(IpvsadmError(cause, .list, program: "/x")).exitStatus.rawValue == status)
  }

  @Test(arguments: program)
  func `of two failures is the first one's`(cause: IpvsadmError.Cause, status: Int32) {
    let error = DirectorError(
      .program(IpvsadmError(cause, .list, program: "/x")),
      after: .taken(from: .netlink, to: .ipvsadm, because: IPVSError(.notInKernel, .open)))
    #expect(error.exitStatus == .unavailable)
    #expect(Failure(error).status == .unavailable)
  }

  @Test(arguments: netlink)
  func `of a change that was not read back is the status of the reading`(code: IPVSError.Code, status: Int32) {
    let error = DirectorError(.kernel(IPVSError(code, .readTimeouts)), wasSet: Timeouts(udp: 5))
    #expect(error.exitStatus.rawValue == status)
  }

  @Test func `of several is the largest`() {
    let statuses = [0, 1, 64, 69, 70, 71, 75, 77, 78].map { ipvs_timeout.ExitStatus(rawValue: $0) }
    for (number, status) in statuses.enumerated() {
      #expect(status.worse(status) == status)
      for other in statuses[..<number] {
        #expect(status.worse(other) == status)
        #expect(other.worse(status) == status)
      }
    }
  }

  @Test func `are the documented ones`() {
    #expect(ExitStatus.success.rawValue == 0)
    #expect(ExitStatus.notAsWanted.rawValue == 1)
    #expect(ExitStatus.usage.rawValue == 64)
    #expect(ExitStatus.unavailable.rawValue == 69)
    #expect(ExitStatus.defect.rawValue == 70)
    #expect(ExitStatus.refused.rawValue == 71)
    #expect(ExitStatus.timedOut.rawValue == 75)
    #expect(ExitStatus.notPermitted.rawValue == 77)
    #expect(ExitStatus.badPolicy.rawValue == 78)
    #expect(ExitStatus.outputClosed.rawValue == 141)
    #expect(ExitStatus.ipvsadmFailedToOpen.rawValue == 2)
    #expect(ExitStatus.ipvsadmFailedToList.rawValue == 1)
    #expect(ExitStatus.ipvsadmFailedToSet.rawValue == 255)
  }
}
