// SPDX-License-Identifier: Apache-2.0

internal import IPVS
internal import Linux
internal import Text

/// The timeouts in the configuration of keepalived, with the files that it includes.
///
/// It follows process_stream() of keepalived 2.2.7 in its first process, which reads `global_defs` and skips the blocks
/// for its children.
struct KeepalivedConfiguration {
  /// The timeouts that `lvs_timeouts` names.
  private(set) var timeouts = Timeouts()
  /// The file with the last `lvs_timeouts`; `nil` where there is none.
  private(set) var source: String?
  /// Whether there is a virtual service, even a useless one; without one, keepalived starts no process that writes.
  private(set) var hasService = false
  /// The name of the network namespace of its services: empty for that of the first process, `nil` for its own.
  private(set) var namespace: String?
  /// The files that were read, and when each was changed last.
  var changes: [(file: String, changed: WallTime)] { reader.changes }

  private var reader: KeepalivedReader
  /// Whether it is in a block `global_defs`.
  private var isGlobal = false
  /// Whether the next line has to open the block.
  private var needsBrace = false
  /// How many braces of a skipped block are open: 0 where the first may still come; `nil` outside of such a block.
  private var skipped: Int?

  /// The words that open blocks for keepalived's children, or are part of them.
  private static let foreign: Set<String> = [
    "track_group", "static_ipaddress", "static_routes", "static_rules", "vrrp_sync_group", "garp_group",
    "linkbeat_interfaces", "vrrp_instance", "vrrp_script", "vrrp_track_process", "interface_up_down_delays",
    "bfd_instance", "SSL", "virtual_server_group", "virtual_server", "track_file", "vrrp_track_file",
  ]

  /// Reads a configuration to its end.
  ///
  /// - Throws: ``ConfigurationObstacle``.
  init(_ reader: KeepalivedReader) throws(ConfigurationObstacle) {
    self.reader = reader
    while let line = try self.reader.next() { try take(line) }
  }

  private mutating func take(_ line: KeepalivedReader.Line) throws(ConfigurationObstacle) {
    let words = line.text.words
    guard let first = words.first else { return }
    if try skip(words) { return }
    if needsBrace {
      needsBrace = false
      if first == [UInt8]("{") { return }
    } else if first == [UInt8]("{") {
      return
    }
    if isGlobal, first == [UInt8]("}") {
      isGlobal = false
    } else if isGlobal {
      try takeGlobal(first.asText, words, line)
    } else {
      try takeTop(first.asText, words, line)
    }
  }

  /// Whether a line is in a skipped block.
  private mutating func skip(_ words: [[UInt8]]) throws(ConfigurationObstacle) -> Bool {
    guard var depth = skipped else { return false }
    if depth == 0 {
      // keepalived reads the next lines one way when it starts, and another way at a reload.
      guard words[0] == [UInt8]("{") else { throw reader.obstacle("there is no { before \(words[0].asText.printable)") }
      skipped = 1
      return true
    }
    for word in words {
      if word == [UInt8]("{") { depth += 1 }
      if word == [UInt8]("}") { depth -= 1 }
      if depth == 0 { break }
    }
    skipped = depth == 0 ? nil : depth
    return true
  }

  private mutating func takeTop(
    _ keyword: String, _ words: [[UInt8]], _ line: KeepalivedReader.Line
  ) throws(ConfigurationObstacle) {
    let isForeign = KeepalivedConfiguration.foreign.contains(keyword)
    guard isForeign || ["global_defs", "net_namespace_ipvs"].contains(keyword) else { return }
    if let doubt = line.doubt { throw reader.obstacle(word: doubt) }
    let opensBlock = words.last == [UInt8]("{")
    if isForeign {
      skipped = opensBlock ? 1 : 0
      hasService = hasService || keyword == "virtual_server"
    } else if keyword == "global_defs" {
      isGlobal = true
      needsBrace = !opensBlock
    } else if namespace == nil {
      namespace = words.count > 1 ? words[1].asText : ""
    }
  }

  private mutating func takeGlobal(
    _ keyword: String, _ words: [[UInt8]], _ line: KeepalivedReader.Line
  ) throws(ConfigurationObstacle) {
    guard ["lvs_timeouts", "notification_email"].contains(keyword) else { return }
    if let doubt = line.doubt { throw reader.obstacle(word: doubt) }
    if keyword == "notification_email" { return try skipValues(words) }
    guard words.count >= 3 else { return }
    source = reader.place.file
    var rest = words.dropFirst()
    while let word = rest.popFirst() {
      guard let name = Timeouts.Name(rawValue: word.asText), let value = rest.popFirst() else { continue }
      // A value that keepalived refuses changes nothing, and 0 counts as absent.
      if let seconds = value.timeoutSeconds { timeouts[name] = Timeout(seconds: seconds) }
    }
  }

  /// The one block in `global_defs`: it ends with the first line that ends with a brace, whatever its content.
  private mutating func skipValues(_ words: [[UInt8]]) throws(ConfigurationObstacle) {
    var needsBrace = words.count < 2 || words[1] != [UInt8]("{")
    if !needsBrace, words.count > 2, words.last == [UInt8]("}") { return }
    while let line = try reader.next() {
      let words = line.text.words
      guard let first = words.first else { continue }
      let isOpening = needsBrace && first == [UInt8]("{")
      needsBrace = false
      if isOpening, words.count == 1 { continue }
      if words.last == [UInt8]("}") { return }
    }
  }
}
