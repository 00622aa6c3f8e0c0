// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import IPVS
internal import SystemPackage

/// A netlink message about IPVS in its binary form: `struct nlmsghdr`, `struct genlmsghdr`, attributes.
struct KernelMessage {
  /// The number of the family.
  ///
  /// No real kernel uses it, because their numbers end at `GENL_MAX_ID`, 1023.
  static let family: UInt16 = 0xFFFF

  private static let headerSize = 16
  private static let genericHeaderSize = 4

  private let bytes: [UInt8]

  /// Creates a message; `nil` if it is shorter than its headers.
  init?(_ bytes: ArraySlice<UInt8>) {
    guard bytes.count >= KernelMessage.headerSize + KernelMessage.genericHeaderSize else { return nil }
    self.bytes = Array(bytes)
  }

  private var sequence: UInt32 { bytes.number(at: 8) }
  private var command: Int { Int(bytes[KernelMessage.headerSize]) }

  /// The request; `nil` for a command that is not about timeouts.
  var request: FakeKernel.Request? {
    switch command {
    case IPVS_CMD_GET_CONFIG: .readTimeouts
    case IPVS_CMD_SET_CONFIG: .setTimeouts(timeouts)
    default: nil
    }
  }

  private var timeouts: Timeouts {
    var timeouts = Timeouts()
    var position = KernelMessage.headerSize + KernelMessage.genericHeaderSize
    while position + 8 <= bytes.count {
      let header: UInt32 = bytes.number(at: position)
      let (length, type) = (Int(header & 0xFFFF), Int(header >> 16))
      if let name = Timeouts.Name.allCases.first(where: { $0.attribute == type }) {
        timeouts[name] = Timeout(held: bytes.number(at: position + 4))
      }
      position += max((length + 3) & ~3, 4)
    }
    return timeouts
  }

  /// The answer to a request for the timeouts.
  ///
  /// The kernel answers `GET_CONFIG` with the command `SET_CONFIG`.
  func config(_ timeouts: Timeouts) -> [UInt8] {
    var body: [UInt8] = [UInt8(IPVS_CMD_SET_CONFIG), 1, 0, 0]
    for name in Timeouts.Name.allCases {
      guard let timeout = timeouts[name] else { continue }
      body += UInt32(8 | UInt32(name.attribute) << 16).bytes + timeout.seconds.bytes
    }
    return reply(KernelMessage.family, body)
  }

  /// The answer `struct nlmsgerr`: an errno, or 0 for success.
  func error(_ errno: Errno) -> [UInt8] {
    reply(0x2, UInt32(bitPattern: 0 &- errno.rawValue).bytes + bytes.prefix(KernelMessage.headerSize))
  }

  private func reply(_ type: UInt16, _ body: [UInt8]) -> [UInt8] {
    UInt32(KernelMessage.headerSize + body.count).bytes + UInt32(type).bytes + sequence.bytes + UInt32(0).bytes + body
  }
}

extension Timeouts.Name {
  fileprivate var attribute: Int {
    switch self {
    case .tcp: Int(IPVS_CMD_ATTR_TIMEOUT_TCP)
    case .tcpFin: Int(IPVS_CMD_ATTR_TIMEOUT_TCP_FIN)
    case .udp: Int(IPVS_CMD_ATTR_TIMEOUT_UDP)
    }
  }
}

extension [UInt8] {
  /// The number in the byte order of this machine.
  fileprivate func number(at position: Int) -> UInt32 {
    withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: UInt32.self) }
  }
}

extension UInt32 {
  /// The bytes in the byte order of this machine.
  fileprivate var bytes: [UInt8] { withUnsafeBytes(of: self) { Array($0) } }
}
