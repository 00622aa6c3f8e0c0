// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SystemPackage

@testable internal import Doctor
@testable internal import IPVS
@testable internal import Linux

/// `/proc/net/ip_vs_conn`, and everything that is made of a connection.
func checkConnections(_ bytes: [UInt8]) {
  let (connections, failure) = connections(in: bytes)
  let lines = bytes.count { $0 == UInt8(ascii: "\n") }
  require(connections.count <= max(0, lines - 1), "more connections than lines")
  require(failure != nil || connections.count == max(0, lines - 1), "a line was left out without an error")
  require(failure.map(\.description.isOneLine) ?? true, "an error on several lines")
  let table = "\n" + connections.map(\.kernelLine).joined()
  require(connections == printed(table), "another connection when it is printed and read again")

  let rule = OutdatedRule(.kernelDefault, hasBackupDaemon: true)
  var summary = ConnectionSummary(by: rule)
  var sketch = ConnectionSketch()
  var message = SyncMessage(syncID: 1)
  for connection in connections {
    summary.add(connection)
    sketch.insert(ConnectionSketch.Key(connection))
    require(sketch.contains(ConnectionSketch.Key(connection)), "the sketch has lost a connection")
    guard let entry = SyncMessage.Entry(connection) else { continue }
    message.append(entry, seconds: connection.secondsLeft)
    require(message.datagram().count <= SyncMessage.capacity, "a message longer than its buffer")
    if message.isFull { message.removeAll() }
  }
}

private func printed(_ table: String) -> [Connection] { connections(in: [UInt8](table.utf8)).0 }

private func connections(in bytes: [UInt8]) -> ([Connection], IPVSError?) {
  var found: [Connection] = []
  do throws(IPVSError) {
    var table = ConnectionTable(bytes.memoryFile(), in: .current)
    while let connection = try table.next() {
      require(connection.secondsLeft <= 21_474_836, "a timer that no kernel can hold")
      found.append(connection)
    }
    return (found, nil)
  } catch {
    return (found, error)
  }
}

extension Connection {
  /// The line of the kernel.
  fileprivate var kernelLine: String {
    let origin = origin.map { $0 == .local ? " LOCAL" : " SYNC" } ?? ""
    return "\(transport) \(client.words) \(service.words) \(server.words) \(state)\(origin) \(secondsLeft)\n"
  }
}

extension Endpoint {
  fileprivate var words: String {
    let (high, low) = address.bits
    guard address.isIPv6 else { return "\(low.digits.suffix(8)) \(UInt64(port).digits.suffix(4))" }
    let digits = Array(high.digits + low.digits)
    let groups = stride(from: 0, to: 32, by: 4).map { String(digits[$0..<$0 + 4]) }
    return "\(groups.joined(separator: ":")) \(UInt64(port).digits.suffix(4))"
  }
}

extension UInt64 {
  fileprivate var digits: String {
    let digits = String(self, radix: 16, uppercase: true)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// `/proc/net/ip_vs`.
func checkServices(_ bytes: [UInt8]) {
  var table = ServiceTable(ticksPerSecond: 100)
  var accepted = 0
  do throws(IPVSError) {
    let counts = try ServiceCounts(bytes.memoryFile(), in: .current) { line in
      let isAccepted = table.add(String(decoding: line, as: UTF8.self)[...])
      if isAccepted { accepted += 1 }
      return isAccepted
    }
    let lines = bytes.count { $0 == UInt8(ascii: "\n") }
    let servers = counts.servers.values.reduce(0, +)
    require(counts.count + servers == max(0, lines - 3), "a line was left out without an error")
    require(counts.count == table.services.count, "two counts of services")
    require(servers >= table.services.reduce(0) { $0 + $1.servers.count }, "servers that are in no line")
  } catch {
    require(error.description.isOneLine, "an error on several lines")
  }
  for service in table.services {
    guard let endpoint = service.endpoint else { continue }
    require(Endpoint(parsing: "\(endpoint)") == endpoint, "another endpoint when it is printed and read again")
  }
}

/// `/proc/PID/mountinfo`, and the lines of any file.
func checkMounts(_ bytes: [UInt8]) {
  let wanted = bytes.parts(at: UInt8(ascii: "\n")).dropLast()
  var lines = FileLines(bytes.memoryFile())
  var count = 0
  do throws(Errno) {
    while let line = try lines.next() {
      require(line.elementsEqual(wanted[count]), "another line")
      count += 1
      [UInt8](line).withExactBytes(checkMount)
    }
    require(count == wanted.count, "a line was left out without an error")
  } catch {
    require(error == .overflow && wanted.contains { $0.count >= 65_535 } || bytes.count >= 65_536, "an error \(error)")
  }
}

private func checkMount(_ line: UnsafeRawBufferPointer) {
  if let fields = LineFields(line) {
    var fields = fields
    let words = [UInt8](line).split(separator: UInt8(ascii: " "))
    for word in words { require(fields.next().elementsEqual(word), "another field") }
    require(fields.next().isEmpty && fields.peek() == nil, "a field after the last one")
  }
  guard let mount = NamespaceMount(line) else { return }
  let path = mount.path.string
  require(!path.utf8.contains(0), "a path with a NUL")
  // A path ends at a NUL, and slashes at its end do not count.
  if mount.isBound(below: "/run/netns/") { require(path.hasPrefix("/run/netns"), "a path elsewhere") }
}
