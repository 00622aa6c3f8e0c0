// SPDX-License-Identifier: Apache-2.0

/// From how many sockets on something is told of.
enum SocketThreshold {
  /// TIME_WAIT and FIN_WAIT2 last about a minute, so these are two connections a second that are opened and closed again:
  /// more than a program makes that uses its connections again.
  static let closing = 120
  /// A program that closes what is closed at the other end does so at once; here and there one is seen on its way.
  static let unclosed = 10
  /// So many are not on their way: each of them keeps a descriptor of the program, which has 1024 by default.
  static let leaking = 100
  /// A share, in percent, that is worth knowing of: twice the connections, and there is not enough.
  static let notable = 50
  /// A share, in percent, above which little is left for a burst.
  static let scarce = 80
  /// Of how many services each check tells.
  static let told = 10
  /// For how many seconds the kernel keeps a socket in TIME_WAIT: `TCP_TIMEWAIT_LEN`, a constant.
  static let timeWait = 60
}

extension SocketService {
  /// Whether so many connections to it are opened and closed that it is told of.
  var isClosingMany: Bool { counts[.timeWait] >= SocketThreshold.closing }

  /// Whether its other ends leave so many connections half closed that it is told of.
  var isWaitingForMany: Bool { counts[.finWait2] >= SocketThreshold.closing }

  /// How many connections a program here leaves half closed.
  var unclosed: Int { counts[.closeWait] - counts.unaccepted }

  /// Whether a program here leaves so many connections half closed that it is told of.
  var isLeavingMany: Bool { unclosed >= SocketThreshold.unclosed }

  /// Whether a program here leaves so many connections to the kernel that it is told of.
  var isAcceptingFew: Bool { counts.unaccepted >= SocketThreshold.unclosed }

  /// The states of those of its sockets whose program is to be named; `nil` where it is not told of.
  func statesToTellOf(_ ports: EphemeralPorts) -> Set<HostSocket.State>? {
    let isCrowded = sources.contains { $0.share(of: ports).percent >= SocketThreshold.notable }
    var states: Set<HostSocket.State> = isClosingMany || isCrowded ? [.established, .synSent] : []
    if isLeavingMany { states.insert(.closeWait) }
    if isAcceptingFew { states.insert(.listen) }
    return states.isEmpty ? nil : states
  }
}

extension SocketService.Source {
  /// Which share of the ports it takes.
  func share(of ports: EphemeralPorts) -> Share { Share(part: self.ports, whole: ports.count) }
}
