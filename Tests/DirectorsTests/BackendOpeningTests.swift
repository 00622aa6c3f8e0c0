// SPDX-License-Identifier: Apache-2.0

import IPVS
import Ipvsadm
import SystemPackage
import Testing

@testable import Directors

/// The choice of a backend from a list.
///
/// The backends here open nothing.
@Suite struct BackendOpeningTests {
  @Test func `auto uses the first backend, and sends it no request`() throws {
    let (backend, fallback) = try Backend.open(.auto, ipvsadm: nil) { [Mute.self, StandIn.self].at($0) }
    #expect(backend is Mute)
    #expect(fallback == .notNeeded)
  }

  @Test func `auto uses the backend for the failure of the first, wherever it is in the list`() throws {
    for list in [[Absent.self, StandIn.self], [Absent.self, Stranger.self, StandIn.self]] as [[Backend.Type]] {
      let (backend, fallback) = try Backend.open(.auto, ipvsadm: nil, from: list.at)
      #expect(backend is StandIn)
      #expect(fallback == .taken(from: .netlink, to: .ipvsadm, because: Absent.failure))
    }
  }

  @Test func `auto fails like the first backend if no other is for its failure`() {
    #expect(throws: DirectorError.kernel(Absent.failure)) {
      _ = try Backend.open(.auto, ipvsadm: nil) { [Absent.self, Stranger.self].at($0) }
    }
    #expect(throws: DirectorError.kernel(Refused.failure)) {
      _ = try Backend.open(.auto, ipvsadm: nil) { [Refused.self, StandIn.self].at($0) }
    }
  }

  @Test func `auto tries no third backend, and reports both errors`() {
    let second = IpvsadmError(.timedOut, .list, program: "/x")
    let fallback = Fallback.taken(from: .netlink, to: .ipvsadm, because: Absent.failure)
    #expect(throws: DirectorError(.program(second), after: fallback)) {
      _ = try Backend.open(.auto, ipvsadm: "/x") { [Absent.self, Broken.self, StandIn.self].at($0) }
    }
  }

  /// Netlink opens and then refuses the requests of root in a user namespace.
  @Test func `a refused request leads to the backend that is meant for it`() throws {
    let found = try Backend.open(insteadOf: Mute.self, after: .kernel(Mute.failure)) {
      [Mute.self, StandIn.self, ForRefusals.self].at($0)
    }
    #expect(found?.0 is ForRefusals)
    #expect(found?.1 == .taken(from: .netlink, to: .sockopt, because: Mute.failure))
    for failure in [
      IPVSError(.timedOut, .readTimeouts), IPVSError(.valueRefused, .setTimeouts, errno: .invalidArgument),
    ] {
      let none = try Backend.open(insteadOf: Mute.self, after: .kernel(failure)) {
        [Mute.self, StandIn.self, ForRefusals.self].at($0)
      }
      #expect(none == nil)
    }
  }

  /// The real backends: neither the socket options nor ipvsadm are for these.
  @Test(
    arguments: [
      IPVSError(.timedOut, .readTimeouts), IPVSError(.valueRefused, .setTimeouts, errno: .invalidArgument),
      IPVSError(.unloaded, .readTimeouts, errno: .noSuchFileOrDirectory),
      IPVSError(.mayNotEnter, .open, in: .named("blue"), errno: .notPermitted),
    ])
  func `a refused value, a time-out and a missing right to enter lead to no other backend`(failure: IPVSError) throws {
    let none = try Backend.open(insteadOf: NetlinkBackend.self, after: .kernel(failure))
    #expect(none == nil)
  }

  @Test func `a director of auto turns only once, and a chosen backend never`() {
    let failure = IPVSError(.timedOut, .readTimeouts)
    for isAuto in [true, false] {
      #expect(throws: DirectorError.kernel(failure)) {
        var director = Director(Silent(), .notNeeded, isAuto: isAuto)
        _ = try director.timeouts()
      }
    }
    let fallback = Fallback.taken(from: .netlink, to: .sockopt, because: Mute.failure)
    #expect(throws: DirectorError(.kernel(Mute.failure), after: fallback)) {
      var director = Director(Mute(), fallback, isAuto: true)
      _ = try director.timeouts()
    }
    #expect(throws: DirectorError.kernel(Mute.failure)) {
      var director = Director(Mute(), .notNeeded, isAuto: false)
      _ = try director.timeouts()
    }
  }

  @Test func `only the chosen backend is opened`() throws {
    let (backend, fallback) = try Backend.open(.ipvsadm, ipvsadm: nil) { [Absent.self, StandIn.self].at($0) }
    #expect(backend is StandIn)
    #expect(fallback == .notNeeded)
    #expect(throws: DirectorError.kernel(Absent.failure)) {
      _ = try Backend.open(.netlink, ipvsadm: nil) { [Absent.self, StandIn.self].at($0) }
    }
  }
}

/// The list of backends.
@Suite struct BackendListTests {
  @Test func `has each choice except auto once, in this order`() {
    var choices: [BackendChoice] = []
    while let kind = Backend.kind(at: choices.count) { choices.append(kind.choice) }
    #expect([.auto] + choices == BackendChoice.allCases)
    for choice in choices { #expect(Backend.kind(choice)?.choice == choice) }
    #expect(Backend.kind(.auto) == nil)
  }

  @Test func `has the words for sentences and the help`() {
    #expect(BackendChoice.allCases.map(\.words) == ["auto", "netlink", "the socket options", "the program ipvsadm"])
    #expect(BackendChoice.list == "auto, netlink, sockopt or ipvsadm")
    #expect(
      BackendChoice.rule
        == "auto uses netlink, and the socket options only where netlink refuses root of a user namespace that they accept,"
        + " and the program ipvsadm only where the kernel has no netlink family IPVS.")
    #expect(BackendChoice.allCases.filter(\.isEquivalent) == [.sockopt])
    #expect(
      BackendChoice.ipvsadm.caution
        == "the timeouts are those of the system that this program talks to, and each reading starts it")
  }
}

extension [Backend.Type] {
  fileprivate func at(_ position: Int) -> Backend.Type? { indices.contains(position) ? self[position] : nil }
}

/// A first backend that opens but whose requests are refused.
private class Mute: Backend {
  static let failure = IPVSError(.userNamespace, .readTimeouts, errno: .notPermitted)

  override class var choice: BackendChoice { .netlink }
  override class func open(ipvsadm path: String?) throws(DirectorError) -> Backend { self.init() }
  override func timeouts() throws(DirectorError) -> Timeouts { throw .kernel(Mute.failure) }

  required override init() {}
}

/// A first backend that opens but does not answer.
private final class Silent: Mute {
  override func timeouts() throws(DirectorError) -> Timeouts { throw .kernel(IPVSError(.timedOut, .readTimeouts)) }
}

/// A first backend that is absent.
private final class Absent: Backend {
  static let failure = IPVSError(.notInKernel, .open, errno: .noSuchFileOrDirectory)

  override class var choice: BackendChoice { .netlink }
  override class func open(ipvsadm path: String?) throws(DirectorError) -> Backend { throw .kernel(failure) }
}

/// A first backend that is present but may not be used.
private final class Refused: Backend {
  static let failure = IPVSError(.notRoot, .open, errno: .notPermitted)

  override class var choice: BackendChoice { .netlink }
  override class func open(ipvsadm path: String?) throws(DirectorError) -> Backend { throw .kernel(failure) }
}

/// A second backend for an absence.
private final class StandIn: Backend {
  override class var choice: BackendChoice { .ipvsadm }
  override class func open(ipvsadm path: String?) throws(DirectorError) -> Backend { StandIn() }
  override class func open(insteadOf failure: IPVSError, ipvsadm path: String?) throws(DirectorError) -> Backend? {
    failure.isAbsence ? StandIn() : nil
  }
}

/// A second backend for no failure.
private final class Stranger: Backend {
  override class var choice: BackendChoice { .ipvsadm }
}

/// A second backend for any failure, which fails itself.
private final class Broken: Backend {
  override class var choice: BackendChoice { .ipvsadm }
  override class func open(insteadOf failure: IPVSError, ipvsadm path: String?) throws(DirectorError) -> Backend? {
    throw .program(IpvsadmError(.timedOut, .list, program: "/x"))
  }
}

/// A second backend for a refusal.
private final class ForRefusals: Backend {
  override class var choice: BackendChoice { .sockopt }
  override class func open(insteadOf failure: IPVSError, ipvsadm path: String?) throws(DirectorError) -> Backend? {
    failure.code == .userNamespace ? ForRefusals() : nil
  }
}
