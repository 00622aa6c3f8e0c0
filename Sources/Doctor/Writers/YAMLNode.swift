// SPDX-License-Identifier: Apache-2.0

internal import CYAML

/// The content of a YAML document, with aliases replaced; JSON is YAML, too.
indirect enum YAMLNode: Sendable, Hashable {
  /// A text, whether it has quotation marks, and its tag, as in `!!str 5`.
  case scalar(String, isQuoted: Bool, tag: String?)
  /// A list.
  case sequence([YAMLNode])
  /// Keys and their values, in the order of the document.
  case mapping([Entry])

  /// A key and its value.
  struct Entry: Sendable, Hashable {
    let key: String
    let value: YAMLNode
    /// The line of the key, the first being 1.
    let line: Int
  }

  /// An error in a document, and its line.
  struct Failure: Error, Sendable, Hashable {
    let reason: String
    let line: Int
  }

  /// Reads the first document, which is the one that programs in Kubernetes use.
  ///
  /// - Parameter bytes: All of the file.
  /// - Returns: Its content; `nil` where there is nothing.
  /// - Throws: ``Failure``.
  static func first(in bytes: [UInt8]) throws(Failure) -> YAMLNode? {
    var events = try YAMLEvents(bytes)
    return try events.document()
  }

  /// The values of a mapping by their keys, with the values that `<<` merges into it.
  ///
  /// - Throws: ``Failure``, when a key is there twice, or more is merged than people write.
  func values(depth: Int = 0) throws(Failure) -> [String: Entry] {
    guard case .mapping(let entries) = self else { return [:] }
    var (values, merged) = ([String: Entry](), [String: Entry]())
    for entry in entries {
      if entry.key == "<<" {
        let maps = if case .sequence(let nodes) = entry.value { nodes } else { [entry.value] }
        // Each may merge many, and these may merge many, too.
        guard depth < 4, maps.count <= 16 else { throw Failure(reason: "it merges too much", line: entry.line) }
        for map in maps { try merged.merge(map.values(depth: depth + 1)) { first, _ in first } }
      } else if values.updateValue(entry, forKey: entry.key) != nil {
        throw Failure(reason: "\(entry.key) is there twice", line: entry.line)
      }
    }
    return values.merging(merged) { own, _ in own }
  }
}

/// libyaml's events, put together.
private struct YAMLEvents: ~Copyable {
  /// How deep nodes may be in each other, and how many events there may be.
  private static let depth = 100
  private static let most = 200_000

  // It holds its own address.
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let bytes: UnsafeMutableBufferPointer<UInt8>
  private var anchors: [String: YAMLNode] = [:]
  private var count = 0

  init(_ content: [UInt8]) throws(YAMLNode.Failure) {
    parser = .allocate(capacity: 1)
    parser.initialize(to: yaml_parser_t())
    bytes = .allocate(capacity: content.count)
    _ = bytes.initialize(from: content)
    guard yaml_parser_initialize(parser) != 0 else { throw YAMLNode.Failure(reason: "there is no memory", line: 0) }
    yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    bytes.deallocate()
  }

  /// The next event, valid during the call.
  private mutating func next<Value>(
    _ body: (borrowing yaml_event_t) throws(YAMLNode.Failure) -> Value
  ) throws(YAMLNode.Failure) -> Value {
    count += 1
    guard count <= YAMLEvents.most else {
      throw YAMLNode.Failure(reason: "it is too long", line: Int(parser.pointee.mark.line) + 1)
    }
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) != 0 else {
      let reason = parser.pointee.problem.map { String(cString: $0) } ?? "it is no YAML"
      throw YAMLNode.Failure(reason: reason, line: Int(parser.pointee.problem_mark.line) + 1)
    }
    defer { yaml_event_delete(&event) }
    return try body(event)
  }

  /// The first document.
  mutating func document() throws(YAMLNode.Failure) -> YAMLNode? {
    while true {
      let type = try next { event in event.type }
      if type == YAML_DOCUMENT_START_EVENT { return try node(depth: 0) }
      if type == YAML_STREAM_END_EVENT || type == YAML_NO_EVENT { return nil }
    }
  }

  /// What an event begins.
  fileprivate enum Begun {
    case node(YAMLNode, anchor: String?)
    case alias(String)
    case sequence(anchor: String?)
    case mapping(anchor: String?)
    case end
  }

  /// The next node; `nil` at the end of a sequence or a mapping.
  private mutating func node(depth: Int) throws(YAMLNode.Failure) -> YAMLNode? {
    let line = Int(parser.pointee.mark.line) + 1
    guard depth <= YAMLEvents.depth else { throw YAMLNode.Failure(reason: "it is nested too deeply", line: line) }
    let begun = try next { event in Begun(event) }
    let (node, anchor): (YAMLNode, String?)
    switch begun {
    case .end: return nil
    case .node(let scalar, let name): (node, anchor) = (scalar, name)
    case .alias(let name):
      guard let target = anchors[name] else {
        throw YAMLNode.Failure(reason: "there is no anchor \(name)", line: line)
      }
      return target
    case .sequence(let name):
      var nodes: [YAMLNode] = []
      while let next = try self.node(depth: depth + 1) { nodes.append(next) }
      (node, anchor) = (.sequence(nodes), name)
    case .mapping(let name):
      (node, anchor) = (.mapping(try entries(depth: depth + 1)), name)
    }
    if let anchor { anchors[anchor] = node }
    return node
  }

  private mutating func entries(depth: Int) throws(YAMLNode.Failure) -> [YAMLNode.Entry] {
    var entries: [YAMLNode.Entry] = []
    while let key = try node(depth: depth) {
      let line = Int(parser.pointee.mark.line) + 1
      guard let value = try node(depth: depth) else { break }
      // A key that is no text is never one of the keys that are looked for.
      guard case .scalar(let text, _, _) = key else { continue }
      entries.append(YAMLNode.Entry(key: text, value: value, line: line))
    }
    return entries
  }
}

extension YAMLEvents.Begun {
  init(_ event: borrowing yaml_event_t) {
    switch event.type {
    case YAML_ALIAS_EVENT: self = .alias(text(event.data.alias.anchor) ?? "")
    case YAML_SEQUENCE_START_EVENT: self = .sequence(anchor: text(event.data.sequence_start.anchor))
    case YAML_MAPPING_START_EVENT: self = .mapping(anchor: text(event.data.mapping_start.anchor))
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let value = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      self = .node(
        .scalar(
          String(decoding: value, as: UTF8.self), isQuoted: scalar.style != YAML_PLAIN_SCALAR_STYLE,
          tag: text(scalar.tag)),
        anchor: text(scalar.anchor))
    default: self = .end
    }
  }
}

private func text(_ characters: UnsafeMutablePointer<yaml_char_t>?) -> String? {
  characters.map { String(cString: $0) }
}
