// SPDX-License-Identifier: Apache-2.0

import Glibc
import Netlink
import SystemPackage
import Testing

@testable import IPVS

@Suite struct NetlinkErrorTranslationTests {
  static let operations: [IPVSError.Operation] = [.open, .readTimeouts, .setTimeouts]

  /// The meaning of a failure that is the same for every operation.
  @Test(
    arguments: [
      (.kernel(.noMemory), .refused, .noMemory),
      (.kernel(.permissionDenied), .refused, .permissionDenied),
      (.kernel(.notSupportedOnSocket), .refused, .notSupportedOnSocket),
      (.system(.tooManyOpenFiles), .refused, .tooManyOpenFiles),
      (.system(.notPermitted), .refused, .notPermitted),
      (.system(.invalidArgument), .refused, .invalidArgument),
      (.system(.noSuchFileOrDirectory), .refused, .noSuchFileOrDirectory),
      (.answerLost(.noBufferSpace), .answerLost, .noBufferSpace),
      (.timedOut, .timedOut, nil),
      (.truncatedReply, .truncatedReply, nil),
      (.unexpectedReply, .unexpectedReply, nil),
    ] as [(NetlinkError, IPVSError.Code, Errno?)], operations)
  func `keeps the errno and names the kind`(
    failure: (NetlinkError, IPVSError.Code, Errno?), operation: IPVSError.Operation
  ) {
    #expect(IPVSError(failure.0, during: operation) == IPVSError(failure.1, operation, errno: failure.2))
  }

  /// The meaning of a failure that depends on the operation.
  @Test(
    arguments: [
      (.kernel(.invalidArgument), .setTimeouts, .valueRefused, .invalidArgument),
      (.kernel(.invalidArgument), .readTimeouts, .refused, .invalidArgument),
      (.kernel(.invalidArgument), .open, .refused, .invalidArgument),
      (.system(.protocolNotSupported), .open, .notInKernel, .protocolNotSupported),
      (.system(.protocolNotSupported), .readTimeouts, .refused, .protocolNotSupported),
      (.kernel(.noSuchFileOrDirectory), .readTimeouts, .unloaded, .noSuchFileOrDirectory),
      (.kernel(.noSuchFileOrDirectory), .setTimeouts, .unloaded, .noSuchFileOrDirectory),
    ] as [(NetlinkError, IPVSError.Operation, IPVSError.Code, Errno)])
  func `depends on the operation`(
    failure: NetlinkError, operation: IPVSError.Operation, code: IPVSError.Code, errno: Errno
  ) {
    #expect(IPVSError(failure, during: operation) == IPVSError(code, operation, errno: errno))
  }

  @Test(arguments: operations)
  func `keeps libnl's own words`(operation: IPVSError.Operation) {
    let error = IPVSError(.library("Unspecific failure"), during: operation)
    #expect(error == IPVSError(.library, operation, detail: "Unspecific failure"))
    #expect(
      error.description.hasSuffix(
        ": libnl failed (Unspecific failure), which is a bug"))
  }

  @Test(arguments: [.protocolNotSupported, .addressFamilyNotSupported] as [Errno])
  func `a kernel without netlink has no IPVS, and keeps its errno`(errno: Errno) {
    #expect(IPVSError(.system(errno), during: .open) == IPVSError(.notInKernel, .open, errno: errno))
    #expect(IPVSError(.system(errno), during: .readTimeouts) == IPVSError(.refused, .readTimeouts, errno: errno))
  }

  @Test func `a missing family has a code by the state of the module`() {
    let error = IPVSError(.kernel(.noSuchFileOrDirectory), during: .open)
    #expect([.notInKernel, .modulesNotVisible, .moduleNotLoaded, .moduleLoadingDisabled].contains(error.code))
    #expect(error.code == KernelModule.whyAbsent())
    #expect(error.underlyingErrno == .noSuchFileOrDirectory)
  }

  @Test(arguments: operations)
  func `a lack of privilege has a code by the caller`(operation: IPVSError.Operation) {
    let error = IPVSError(.kernel(.notPermitted), during: operation)
    #expect([.notRoot, .missingCapability, .userNamespace].contains(error.code))
    #expect((error.code == .notRoot) == (geteuid() != 0))
    #expect(error.underlyingErrno == .notPermitted)
  }
}
