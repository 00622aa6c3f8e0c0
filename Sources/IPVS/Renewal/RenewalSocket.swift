// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Linux
internal import SystemPackage

/// Sends sync messages to the backup daemon of a renewal, as fast as the daemon reads them.
///
/// The datagrams have TTL 0 and the loopback interface, so they never leave the machine.
struct RenewalSocket: ~Copyable {
  private let descriptor: CInt
  private let namespace: NetworkNamespace
  /// The kernel's list of UDP sockets, which shows how much the daemon has not read.
  private var sockets: FileLines
  /// The daemon's address in that list.
  private let localAddress: [UInt8]
  private var sentSinceWait = 0

  /// How many messages may be on their way.
  ///
  /// The default receive buffer of a socket, 212 992 bytes, holds this many of the largest ones.
  private static let window = 8

  /// Opens the socket in a network namespace.
  ///
  /// - Throws: ``IPVSError``.
  init(to address: RenewalDaemon.Address, in namespace: NetworkNamespace) throws(IPVSError) {
    let opened = try namespace.visited(for: .renewConnections) { RenewalSocket.open(to: address) }
    do throws(Errno) {
      let (descriptor, list) = try opened.get()
      self.descriptor = descriptor.take()
      sockets = FileLines(list.take())
    } catch {
      throw IPVSError(.refused, .renewConnections, in: namespace, errno: error)
    }
    self.namespace = namespace
    localAddress = Array(address.inSocketList.utf8)
  }

  deinit {
    close(descriptor)
  }

  /// Sends a message and empties it; does nothing with an empty message.
  ///
  /// - Throws: ``IPVSError``, when the system refuses the datagram, or the daemon reads nothing.
  mutating func send(_ message: inout SyncMessage) throws(IPVSError) {
    guard !message.isEmpty else { return }
    if sentSinceWait == RenewalSocket.window { try waitUntilRead() }
    let bytes = message.datagram()
    guard Glibc.send(descriptor, bytes.baseAddress, bytes.count, 0) == bytes.count else {
      throw IPVSError(.refused, .renewConnections, in: namespace, errno: Errno(rawValue: errno))
    }
    sentSinceWait += 1
    message.removeAll()
  }

  /// Waits until the daemon has read all messages.
  ///
  /// - Throws: ``IPVSError``, when it reads nothing for 5 s, or a message was lost.
  mutating func waitUntilRead() throws(IPVSError) {
    guard sentSinceWait > 0 else { return }
    sentSinceWait = 0
    let end = ContinuousClock.now + .seconds(5)
    var looks = 0
    while true {
      guard let queue = try queue() else {
        // Another program has stopped the daemon.
        throw IPVSError(.refused, .renewConnections, in: namespace, errno: .noSuchProcess)
      }
      guard queue.dropped == 0 else {
        throw IPVSError(.refused, .renewConnections, in: namespace, errno: .noBufferSpace)
      }
      if queue.unread == 0 { return }
      guard ContinuousClock.now < end else { throw IPVSError(.timedOut, .renewConnections, in: namespace) }
      // The daemon needs microseconds. A sleep takes a tick of the kernel.
      looks += 1
      if looks < 100 { sched_yield() } else { usleep(1000) }
    }
  }

  /// The bytes that the daemon has not read, and the messages that did not fit; `nil` if it has no socket.
  private mutating func queue() throws(IPVSError) -> (unread: UInt64, dropped: UInt64)? {
    do throws(Errno) {
      try sockets.rewind()
      while let line = try sockets.next() {
        guard var fields = LineFields(line) else { continue }
        _ = fields.next()
        guard fields.next().elementsEqual(localAddress) else { continue }
        _ = fields.next()
        _ = fields.next()
        guard let unread = fields.next().text.split(separator: ":").last.flatMap({ UInt64($0, radix: 16) }),
          let dropped = line.text.split(separator: " ").last.flatMap({ UInt64($0) })
        else {
          throw .badMessage
        }
        return (unread, dropped)
      }
      return nil
    } catch {
      throw IPVSError(.refused, .renewConnections, in: namespace, errno: error)
    }
  }

  /// Opens the socket and the kernel's list in the namespace of the calling thread.
  private static func open(to address: RenewalDaemon.Address) -> Result<(Parcel, Parcel), Errno> {
    let descriptor = socket(AF_INET, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return .failure(Errno(rawValue: errno)) }
    var interface = ip_mreqn()
    interface.imr_address.s_addr = INADDR_LOOPBACK.bigEndian
    interface.imr_ifindex = CInt(if_nametoindex(RenewalDaemon.interface))
    var hops: CInt = 0
    var target = sockaddr_in()
    target.sin_family = sa_family_t(AF_INET)
    target.sin_port = address.port.bigEndian
    target.sin_addr.s_addr = address.group.onTheWire
    let size = socklen_t(MemoryLayout.size(ofValue: target))
    let isReady =
      setsockopt(
        descriptor, CInt(IPPROTO_IP), IP_MULTICAST_IF, &interface, socklen_t(MemoryLayout.size(ofValue: interface)))
      == 0
      && setsockopt(
        descriptor, CInt(IPPROTO_IP), IP_MULTICAST_TTL, &hops, socklen_t(MemoryLayout.size(ofValue: hops))) == 0
      && withUnsafePointer(to: &target) { target in
        target.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) == 0 }
      }
    guard isReady else { return .failure(closing(descriptor)) }
    let list = Glibc.open("/proc/thread-self/net/udp", O_RDONLY | O_CLOEXEC)
    guard list >= 0 else { return .failure(closing(descriptor)) }
    return .success((Parcel(descriptor), Parcel(list)))
  }

  private static func closing(_ descriptor: CInt) -> Errno {
    let failure = Errno(rawValue: errno)
    close(descriptor)
    return failure
  }
}

extension RenewalDaemon.Address {
  /// The address as `/proc/net/udp` shows it: the bytes of the group as a number of this machine, and the port.
  var inSocketList: String { "\(String(hexadecimal: group.onTheWire)):\(String(hexadecimal: port))" }
}

extension InternetAddress {
  /// The bytes of an IPv4 address as a number of this machine.
  fileprivate var onTheWire: UInt32 { UInt32(truncatingIfNeeded: bits.low).bigEndian }
}

extension String {
  /// All digits of a number.
  fileprivate init(hexadecimal number: some FixedWidthInteger) {
    let digits = String(number, radix: 16, uppercase: true)
    self = String(repeating: "0", count: number.bitWidth / 4 - digits.count) + digits
  }
}

extension UnsafeRawBufferPointer {
  fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}
