// SPDX-License-Identifier: Apache-2.0

import Glibc
import Linux
import Netlink
import SystemPackage
import Testing

@testable import IPVS

/// The meaning of a failure to enter a network namespace, for every operation.
@Suite struct NamespaceErrorTranslationTests {
  static let operations: [IPVSError.Operation] = [
    .open, .lookForUse, .readTimeouts, .setTimeouts,
  ]

  @Test(
    arguments: [
      (.notOpened(.noSuchFileOrDirectory), .noSuchNamespace, .noSuchFileOrDirectory),
      // The process has ended.
      (.notOpened(.noSuchProcess), .noSuchNamespace, .noSuchProcess),
      (.notOpened(.notDirectory), .noSuchNamespace, .notDirectory),
      (.notOpened(.tooManyOpenFiles), .refused, .tooManyOpenFiles),
      (.notANamespace(nil), .notANamespace, nil),
      (.notANamespace(.invalidArgument), .notANamespace, .invalidArgument),
      (.notEntered(.noMemory), .refused, .noMemory),
      (.notEntered(.noSuchFileOrDirectory), .refused, .noSuchFileOrDirectory),
      (.noThread(.resourceTemporarilyUnavailable), .refused, .resourceTemporarilyUnavailable),
      // A missing thread is not a lack of privilege.
      (.noThread(.notPermitted), .refused, .notPermitted),
      (.timedOut, .timedOut, nil),
    ] as [(NamespaceError, IPVSError.Code, Errno?)], operations)
  func `keeps the errno and names the kind`(
    failure: (NamespaceError, IPVSError.Code, Errno?), operation: IPVSError.Operation
  ) {
    let expected = IPVSError(failure.1, operation, in: .named("no such name"), errno: failure.2)
    #expect(IPVSError(failure.0, during: operation, in: .named("no such name")) == expected)
    #expect(IPVSError(.namespace(failure.0), during: operation, in: .named("no such name")) == expected)
  }

  @Test(
    arguments: [
      .notOpened(.permissionDenied), .notOpened(.notPermitted), .notEntered(.notPermitted),
      .notEntered(.permissionDenied),
    ] as [NamespaceError], operations)
  func `a lack of privilege has a code by the caller`(failure: NamespaceError, operation: IPVSError.Operation) {
    let error = IPVSError(failure, during: operation, in: .process(7))
    // Root lacks another capability than the one that IPVS requires.
    #expect([.notRoot, .mayNotEnter, .foreignNamespace].contains(error.code))
    #expect((error.code == .notRoot) == (geteuid() != 0))
    #expect(error.code == Privilege.whyNotEntered())
    #expect([.notPermitted, .permissionDenied].contains(error.underlyingErrno))
    #expect(error.namespace == .process(7))
  }

  @Test(
    arguments: [
      .kernel(.noSuchFileOrDirectory), .kernel(.notPermitted), .kernel(.invalidArgument), .kernel(.noMemory),
      .system(.protocolNotSupported), .system(.noMemory), .timedOut, .truncatedReply, .unexpectedReply, .library("x"),
      .namespace(.timedOut),
    ] as [NetlinkError], operations)
  func `every failure keeps its namespace`(failure: NetlinkError, operation: IPVSError.Operation) {
    let error = IPVSError(failure, during: operation, in: .named("no such name"))
    #expect(error.namespace == .named("no such name"))
    #expect(error.operation == operation)
  }
}
