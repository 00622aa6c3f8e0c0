// SPDX-License-Identifier: Apache-2.0

/// Reads a line of `/proc/net/ip_vs_conn_sync` or `/proc/net/ip_vs_conn`, field by field; widths and what stands behind
/// the time do not matter.
struct ConnectionLine {
  private var fields: LineFields

  /// The fields of a line, which outlives them.
  init?(_ line: UnsafeRawBufferPointer) {
    guard let fields = LineFields(line) else { return nil }
    self.fields = fields
  }

  /// The connection; `nil` where the line is none.
  mutating func connection() -> Connection? {
    guard let transport = text(),
      let client = endpoint(), let service = endpoint(), let server = endpoint(),
      let state = text()
    else { return nil }
    let origin = origin()
    guard let seconds = decimal() else { return nil }
    return Connection(
      Connection.Transport(transport), client: client, service: service, server: server,
      state: Connection.State(state), origin: origin,
      // Old kernels subtract without looking: an entry that has just ended has next to no time left, and not ages.
      secondsLeft: seconds > ConnectionLine.most ? 0 : UInt32(seconds))
  }

  /// Who made the entry, which only one of the kernel's two lists says, before the time.
  private mutating func origin() -> Connection.Origin? {
    guard let first = fields.peek(), first > UInt8(ascii: "9") else { return nil }
    let here = fields
    let field = fields.next()
    if field.spells("LOCAL") { return .local }
    if field.spells("SYNC") { return .sync }
    fields = here
    return nil
  }

  /// The longest timer that a kernel can hold: INT_MAX ticks, where there are 100 in a second.
  private static let most: UInt64 = 21_474_836

  private mutating func endpoint() -> Endpoint? {
    guard let address = address(), let port = fields.digits(4) else { return nil }
    return Endpoint(address, port: UInt16(truncatingIfNeeded: port))
  }

  /// Eight digits, or eight groups of four with colons between them.
  private mutating func address() -> InternetAddress? {
    if let value = fields.digits(8) { return InternetAddress(ipv4: UInt32(truncatingIfNeeded: value)) }
    let field = fields.next()
    guard field.count == 39 else { return nil }
    var halves: (UInt64, UInt64) = (0, 0)
    for group in 0..<8 {
      guard group == 7 || field[group * 5 + 4] == UInt8(ascii: ":"),
        let value = field.baseAddress.flatMap({ HexadecimalDigits.value($0 + group * 5, 4) })
      else { return nil }
      if group < 4 { halves.0 = halves.0 << 16 | value } else { halves.1 = halves.1 << 16 | value }
    }
    return InternetAddress(ipv6: halves.0, halves.1)
  }

  private mutating func text() -> UnsafeRawBufferPointer? {
    let field = fields.next()
    return field.isEmpty ? nil : field
  }

  private mutating func decimal() -> UInt64? {
    let field = fields.next()
    guard !field.isEmpty else { return nil }
    var value: UInt64 = 0
    for byte in field {
      guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
      let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
      if isTooLarge { return .max }
      value = product &+ UInt64(byte &- UInt8(ascii: "0"))
    }
    return value
  }
}
