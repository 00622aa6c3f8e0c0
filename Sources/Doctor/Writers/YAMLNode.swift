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
  func values() throws(Failure) -> [String: Entry] {
    var rest = YAMLNode.mostMerged
    return try values(depth: 0, &rest)
  }

  /// How many keys and values may be merged; a mapping counts as often as it is merged.
  private static let mostMerged = 200_000

  private func values(depth: Int, _ rest: inout Int) throws(Failure) -> [String: Entry] {
    guard case .mapping(let entries) = self else { return [:] }
    rest -= entries.count
    guard rest >= 0 else { throw Failure(reason: "it merges too much", line: entries.first?.line ?? 0) }
    var (values, merged) = ([String: Entry](), [String: Entry]())
    for entry in entries {
      if entry.key == "<<" {
        let maps = if case .sequence(let nodes) = entry.value { nodes } else { [entry.value] }
        // Each may merge many, and these may merge many, too.
        guard depth < 4, maps.count <= 16 else { throw Failure(reason: "it merges too much", line: entry.line) }
        for map in maps { try merged.merge(map.values(depth: depth + 1, &rest)) { first, _ in first } }
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
  private var anchors: [String: Tree] = [:]
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
      if type == YAML_DOCUMENT_START_EVENT { return try tree(depth: 0)?.node }
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

  /// A node, and how many levels it has below it.
  private struct Tree {
    let node: YAMLNode
    var height = 0
  }

  /// The next node; `nil` at the end of a sequence or a mapping.
  private mutating func tree(depth: Int) throws(YAMLNode.Failure) -> Tree? {
    let line = Int(parser.pointee.mark.line) + 1
    let begun = try next { event in Begun(event) }
    let (tree, anchor): (Tree, String?)
    switch begun {
    case .end: return nil
    case .node(let scalar, let name): (tree, anchor) = (Tree(node: scalar), name)
    case .alias(let name):
      guard let target = anchors[name] else {
        throw YAMLNode.Failure(reason: "there is no anchor \(name)", line: line)
      }
      (tree, anchor) = (target, nil)
    case .sequence(let name):
      try check(depth + 1, line)
      var (nodes, height) = ([YAMLNode](), 0)
      while let next = try self.tree(depth: depth + 1) {
        nodes.append(next.node)
        height = max(height, next.height + 1)
      }
      (tree, anchor) = (Tree(node: .sequence(nodes), height: height), name)
    case .mapping(let name):
      try check(depth + 1, line)
      (tree, anchor) = (try mapping(depth: depth + 1), name)
    }
    // An alias has the depth of its target, too. Removing nodes that are nested very deeply would need too much stack.
    try check(depth + tree.height, line)
    if let anchor { anchors[anchor] = tree }
    return tree
  }

  private func check(_ depth: Int, _ line: Int) throws(YAMLNode.Failure) {
    guard depth <= YAMLEvents.depth else { throw YAMLNode.Failure(reason: "it is nested too deeply", line: line) }
  }

  private mutating func mapping(depth: Int) throws(YAMLNode.Failure) -> Tree {
    var (entries, height) = ([YAMLNode.Entry](), 0)
    while let key = try tree(depth: depth) {
      let line = Int(parser.pointee.mark.line) + 1
      guard let value = try tree(depth: depth) else { break }
      // A key that is no text is never one of the keys that are looked for.
      guard case .scalar(let text, _, _) = key.node else { continue }
      entries.append(YAMLNode.Entry(key: text, value: value.node, line: line))
      height = max(height, value.height + 1)
    }
    return Tree(node: .mapping(entries), height: height)
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
