// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc
internal import SystemPackage

@testable internal import Doctor
@testable internal import IPVS
@testable internal import Netlink

/// The answers of the kernel over generic netlink, up to the timeouts; libnl walks the attributes.
///
/// The first byte chooses the question.
func checkNetlink(_ bytes: [UInt8]) {
  guard let question = bytes.first else { return }
  let answer = [UInt8](bytes.dropFirst())
  guard let end = answering([answer]) else { return }
  let socket = Netlink.Socket(talkingTo: end, replyTimeout: .milliseconds(1))
  switch question % 3 {
  case 0:
    let client = Client(.current, over: socket, Family(id: 28, version: 1))
    guard let timeouts = try? client.timeouts() else { return }
    require(answer.count >= 20, "timeouts from \(answer.count) bytes")
    for name in Timeouts.Name.allCases {
      guard let timeout = timeouts[name] else { continue }
      require(timeout.seconds > 0, "a timeout of 0")
      let number = withUnsafeBytes(of: timeout.seconds) { [UInt8]($0) }
      require(answer.indices.contains { answer[$0...].starts(with: number) }, "a timeout that is not in the answer")
    }
  case 1:
    guard let family = try? Family(named: "IPVS", version: 1, over: socket) else { return }
    require(answer.count >= 26, "a family \(family) from \(answer.count) bytes")
  default:
    let client = Client(.current, over: socket, Family(id: 28, version: 1))
    guard (try? client.setTimeouts(Timeouts(tcp: 60))) != nil else { return }
    // Only an acknowledgement of type NLMSG_ERROR with the error 0 means that the kernel has set them.
    require(answer.count >= 36 && answer[4] == 2 && answer[5] == 0, "no acknowledgement")
    require(answer[16..<20].allSatisfy { $0 == 0 }, "an acknowledgement with an error")
  }
}

/// The dump of sockets, which comes in several datagrams, each after its length in two bytes.
func checkSockets(_ bytes: [UInt8]) {
  var datagrams: [[UInt8]] = []
  var rest = bytes[...]
  while let high = rest.popFirst(), let low = rest.popFirst(), datagrams.count < 16 {
    let length = Int(high) << 8 | Int(low)
    datagrams.append([UInt8](rest.prefix(length)))
    rest = rest.dropFirst(length)
  }
  guard let end = answering(datagrams.filter { !$0.isEmpty }) else { return }
  var listeners = Listeners()
  var census = SocketCensus(by: ServiceRule(listeners, EphemeralPorts(range: nil, reserved: nil)), capacity: 4)
  var count = 0
  do throws(NetlinkError) {
    let request = try Request(CInt(SOCK_DIAG_BY_FAMILY), inet_diag_req_v2(family: AF_INET, states: [.timeWait]))
    var dump = try Netlink.Socket(talkingTo: end, replyTimeout: .milliseconds(1)).dump(request)
    while let record = try dump.next(as: inet_diag_msg.self) {
      count += 1
      guard let socket = HostSocket(record) else { continue }
      require(1...11 ~= socket.state.number && !socket.state.name.isEmpty, "a state that TCP does not have")
      require(
        Endpoint(parsing: "\(socket.local)") == socket.local, "another endpoint when it is printed and read again")
      listeners.add(socket.local)
      require(listeners.listener(for: socket.local) != nil, "a listener is lost")
      census.add(socket)
    }
    require(datagrams.contains { $0.count >= 20 }, "an end of the dump that nobody has sent")
  } catch {
    // Refused.
  }
  require(count * 88 <= bytes.count, "more sockets than fit into the datagrams")
  let kept = census.services.reduce(0) { $0 + $1.counts.total }
  require(kept + census.rest.total <= count, "more sockets than there were")
}

/// One end of a pair of sockets, at which these datagrams wait.
private func answering(_ datagrams: [[UInt8]]) -> CInt? {
  var ends: (CInt, CInt) = (-1, -1)
  let type = CInt(SOCK_SEQPACKET.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
  let isPaired = withUnsafeMutableBytes(of: &ends) {
    socketpair(AF_UNIX, type, 0, $0.assumingMemoryBound(to: CInt.self).baseAddress) == 0
  }
  require(isPaired, "there is no pair of sockets")
  for datagram in datagrams {
    guard send(ends.1, datagram, datagram.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT)) == datagram.count else {
      break
    }
  }
  // The other end stays open, so that the request can be sent; at most one such end is open at a time.
  if let previous = otherEnd { close(previous) }
  otherEnd = ends.1
  return ends.0
}

/// Safe, because libFuzzer calls from one thread.
nonisolated(unsafe) private var otherEnd: CInt?
