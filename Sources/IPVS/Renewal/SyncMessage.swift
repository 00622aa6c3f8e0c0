// SPDX-License-Identifier: Apache-2.0

internal import CLinux

/// A message of the kernel's sync protocol, version 1: entries of the connection table.
///
/// Directors send such messages to each other.
///
/// The kernel's source is `net/netfilter/ipvs/ip_vs_sync.c` (`struct ip_vs_sync_mesg`, `ip_vs_sync_v4`, `ip_vs_sync_v6`).
/// All numbers are in network byte order.
struct SyncMessage: ~Copyable {
  /// The largest size of a message in bytes: somewhat more than the entries that one read of the table returns.
  static let capacity = 9216
  private static let headerSize = 8

  private let syncID: UInt8
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 8)
  private var size = headerSize
  /// The number of entries in the message.
  private(set) var count: UInt8 = 0

  /// Starts an empty message.
  ///
  /// - Parameter syncID: The number that the receiving daemon was started with.
  init(syncID: UInt8) {
    self.syncID = syncID
  }

  deinit {
    buffer.deallocate()
  }

  /// Whether the message has no room for another entry of either address family.
  var isFull: Bool { size + Entry.size(isIPv6: true) > SyncMessage.capacity || count == UInt8.max }

  /// Whether the message has no entry.
  var isEmpty: Bool { count == 0 }

  /// Appends an entry.
  ///
  /// - Parameters:
  ///   - entry: The entry.
  ///   - seconds: The timer that the kernel gives it; 0 for the timeout of its state.
  mutating func append(_ entry: Entry, seconds: UInt32) {
    let length = Entry.size(isIPv6: entry.connection.client.address.isIPv6)
    let connection = entry.connection
    put(UInt8(connection.client.address.isIPv6 ? 1 : 0))
    put(entry.protocolNumber)
    // The upper four bits are the version of the entry, 0.
    put(UInt16(length))
    put(entry.flags)
    put(entry.state)
    put(connection.client.port)
    put(connection.service.port)
    put(connection.server.port)
    // The firewall mark. The kernel reads it only to create an entry.
    put(UInt32(0))
    put(seconds)
    put(connection.client.address)
    put(connection.service.address)
    put(connection.server.address)
    count += 1
  }

  /// The message as it is sent, valid until it is changed.
  mutating func datagram() -> UnsafeRawBufferPointer {
    let end = size
    size = 0
    put(UInt8(0))
    put(syncID)
    put(UInt16(end))
    put(count)
    // The version of the protocol, and bytes without a meaning.
    put(UInt8(1))
    put(UInt16(0))
    size = end
    return UnsafeRawBufferPointer(rebasing: buffer[..<size])
  }

  /// Empties the message.
  mutating func removeAll() {
    size = SyncMessage.headerSize
    count = 0
  }

  private mutating func put(_ value: some FixedWidthInteger) {
    buffer.storeBytes(of: value.bigEndian, toByteOffset: size, as: type(of: value))
    size += MemoryLayout.size(ofValue: value)
  }

  private mutating func put(_ address: InternetAddress) {
    guard address.isIPv6 else { return put(UInt32(truncatingIfNeeded: address.bits.low)) }
    put(address.bits.high)
    put(address.bits.low)
  }
}

extension SyncMessage {
  /// An entry of the connection table whose timer a message can set without changing anything else.
  struct Entry {
    let connection: Connection
    let protocolNumber: UInt8
    let state: UInt16
    let flags: UInt32

    /// The entry of a connection.
    ///
    /// `nil` if no timeout governs its state, or if the protocol cannot carry it, because its real server has an address
    /// of another family.
    init?(_ connection: Connection) {
      guard connection.server.address.isIPv6 == connection.client.address.isIPv6 else { return nil }
      // The states are enumerations in <net/ip_vs.h>, which is not for programs: IP_VS_TCP_S_ESTABLISHED,
      // IP_VS_TCP_S_FIN_WAIT and IP_VS_UDP_S_NORMAL. The real server's counters follow the flag, so it must be the same as
      // in the kernel, which counts FIN_WAIT and UDP as inactive.
      switch (connection.transport.code, connection.state.code) {
      case (.tcp, .established): (protocolNumber, state, flags) = (6, 1, 0)
      case (.tcp, .finWait): (protocolNumber, state, flags) = (6, 4, UInt32(IP_VS_CONN_F_INACTIVE))
      case (.udp, .udp): (protocolNumber, state, flags) = (17, 0, UInt32(IP_VS_CONN_F_INACTIVE))
      default: return nil
      }
      self.connection = connection
    }

    /// The size of an entry in bytes.
    static func size(isIPv6: Bool) -> Int { isIPv6 ? 72 : 36 }
  }
}
