// SPDX-License-Identifier: Apache-2.0

import IPVS
import Ipvsadm
import SystemPackage
import Testing

@testable import Directors

/// Which backend of a list is opened; the backends here open nothing.
@Suite struct BackendOpeningTests {
  @Test func `auto takes the first one that is there, and asks it nothing`() throws {
    let (backend, fallback) = try Backend.open(.auto, ipvsadm: nil) { [Mute.self, StandIn.self].at($0) }
    #expect(backend is Mute)
    #expect(fallback == .notNeeded)
  }

  @Test func `auto takes the one that is for the first one's failure, wherever it stands`() throws {
    for list in [[Absent.self, StandIn.self], [Absent.self, Stranger.self, StandIn.self]] as [[Backend.Type]] {
      let (backend, fallback) = try Backend.open(.auto, ipvsadm: nil, from: list.at)
      #expect(backend is StandIn)
      #expect(fallback == .taken(from: .netlink, to: .ipvsadm, because: Absent.failure))
    }
  }

  @Test func `auto fails as the first one where none is for its failure`() {
    #expect(throws: DirectorError.kernel(Absent.failure)) {
      _ = try Backend.open(.auto, ipvsadm: nil) { [Absent.self, Stranger.self].at($0) }
    }
    #expect(throws: DirectorError.kernel(Refused.failure)) {
      _ = try Backend.open(.auto, ipvsadm: nil) { [Refused.self, StandIn.self].at($0) }
    }
  }

  @Test func `auto tries no third one, and adds the second error to the first`() {
    let second = IpvsadmError(.timedOut, .list, program: "/x")
    let fallback = Fallback.taken(from: .netlink, to: .ipvsadm, because: Absent.failure)
    #expect(throws: DirectorError(.program(second), after: fallback)) {
      _ = try Backend.open(.auto, ipvsadm: "/x") { [Absent.self, Broken.self, StandIn.self].at($0) }
    }
  }

  /// One that opens although it will be refused, as netlink does inside a user namespace.
  @Test func `auto asks the first one once where a refusal is expected`() throws {
    let (other, fallback) = try Backend.open(.auto, ipvsadm: nil) { [Mute.self, Expecting.self].at($0) }
    #expect(other is Expecting)
    #expect(fallback == .taken(from: .netlink, to: .ipvsadm, because: Mute.failure))

    let (first, none) = try Backend.open(.auto, ipvsadm: nil) { [Answering.self, Expecting.self].at($0) }
    #expect(first is Answering)
    #expect(none == .notNeeded)

    // What it fails with otherwise shows when it is used.
    let (late, still) = try Backend.open(.auto, ipvsadm: nil) { [Silent.self, Expecting.self].at($0) }
    #expect(late is Silent)
    #expect(still == .notNeeded)
  }

  @Test func `a backend that was chosen is opened, and no other`() throws {
    let (backend, fallback) = try Backend.open(.ipvsadm, ipvsadm: nil) { [Absent.self, StandIn.self].at($0) }
    #expect(backend is StandIn)
    #expect(fallback == .notNeeded)
    #expect(throws: DirectorError.kernel(Absent.failure)) {
      _ = try Backend.open(.netlink, ipvsadm: nil) { [Absent.self, StandIn.self].at($0) }
    }
  }
}

/// The backends that there are.
@Suite struct BackendListTests {
  @Test func `has each choice but auto once, in that order`() {
    var choices: [BackendChoice] = []
    while let kind = Backend.kind(at: choices.count) { choices.append(kind.choice) }
    #expect([.auto] + choices == BackendChoice.allCases)
    for choice in choices { #expect(Backend.kind(choice)?.choice == choice) }
    #expect(Backend.kind(.auto) == nil)
  }

  @Test func `has for each what sentences and the help say`() {
    #expect(BackendChoice.allCases.map(\.words) == ["auto", "netlink", "the program ipvsadm"])
    #expect(BackendChoice.list == "auto, netlink or ipvsadm")
    #expect(
      BackendChoice.rule
        == "auto uses netlink, and the program ipvsadm only where the kernel has no netlink family IPVS.")
    #expect(
      BackendChoice.ipvsadm.caution
        == "the timeouts are those of the system that this program talks to, and each reading starts it")
  }

  @Test func `expects no refusal, which would cost every call a request`() {
    for choice in BackendChoice.allCases { #expect(Backend.kind(choice)?.expectsRefusal != true) }
  }
}

extension [Backend.Type] {
  fileprivate func at(_ position: Int) -> Backend.Type? { indices.contains(position) ? self[position] : nil }
}

/// A first backend that opens and is refused whatever it asks.
private class Mute: Backend {
  static let failure = IPVSError(.userNamespace, .readTimeouts, errno: .notPermitted)

  override class var choice: BackendChoice { .netlink }
  override class func open(ipvsadm path: String?) throws(DirectorError) -> Backend { self.init() }
  override func timeouts() throws(DirectorError) -> Timeouts { throw .kernel(Mute.failure) }

  required override init() {}
}

/// One that answers.
private final class Answering: Mute {
  override func timeouts() throws(DirectorError) -> Timeouts { .kernelDefault }
}

/// One that opens and does not answer.
private final class Silent: Mute {
  override func timeouts() throws(DirectorError) -> Timeouts { throw .kernel(IPVSError(.timedOut, .readTimeouts)) }
}

/// A first backend that is not there.
private final class Absent: Backend {
  static let failure = IPVSError(.notInKernel, .open, errno: .noSuchFileOrDirectory)

  override class var choice: BackendChoice { .netlink }
  override class func open(ipvsadm path: String?) throws(DirectorError) -> Backend { throw .kernel(failure) }
}

/// A first backend that is there and may not be used.
private final class Refused: Backend {
  static let failure = IPVSError(.notRoot, .open, errno: .notPermitted)

  override class var choice: BackendChoice { .netlink }
  override class func open(ipvsadm path: String?) throws(DirectorError) -> Backend { throw .kernel(failure) }
}

/// A second backend that is for an absence.
private final class StandIn: Backend {
  override class var choice: BackendChoice { .ipvsadm }
  override class func open(ipvsadm path: String?) throws(DirectorError) -> Backend { StandIn() }
  override class func open(insteadOf failure: IPVSError, ipvsadm path: String?) throws(DirectorError) -> Backend? {
    failure.isAbsence ? StandIn() : nil
  }
}

/// A second backend that is for nothing.
private final class Stranger: Backend {
  override class var choice: BackendChoice { .ipvsadm }
}

/// A second backend that is for anything, and fails.
private final class Broken: Backend {
  override class var choice: BackendChoice { .ipvsadm }
  override class func open(insteadOf failure: IPVSError, ipvsadm path: String?) throws(DirectorError) -> Backend? {
    throw .program(IpvsadmError(.timedOut, .list, program: "/x"))
  }
}

/// A second backend that is for a refusal, and expects one.
private final class Expecting: Backend {
  override class var choice: BackendChoice { .ipvsadm }
  override class var expectsRefusal: Bool { true }
  override class func open(insteadOf failure: IPVSError, ipvsadm path: String?) throws(DirectorError) -> Backend? {
    failure.code == .userNamespace ? Expecting() : nil
  }
}
