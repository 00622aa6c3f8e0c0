// SPDX-License-Identifier: Apache-2.0

/// A JSON value, as its text.
///
/// The text is compact and keeps the keys of an object in the order in which they were added.
///
/// Foundation's encoder would take more time than the rest of the program. So would an enumeration with arrays in it, and
/// text in a `String`: the Swift runtime would look up metadata for them.
package struct JSONValue {
  private let content: Content

  private final class Content {
    let text: TextBuffer

    init(_ text: consuming TextBuffer) {
      self.text = text
    }
  }

  private init(_ text: consuming TextBuffer) {
    content = Content(text)
  }

  /// A value whose text is a literal, such as `null`.
  private init(_ literal: StaticString) {
    var text = TextBuffer(capacity: 8)
    text.append(literal)
    self.init(text)
  }

  /// The value as JSON text.
  package var text: String { content.text.string }

  package static var null: JSONValue { JSONValue("null") }

  package static func boolean(_ value: Bool) -> JSONValue { value ? JSONValue("true") : JSONValue("false") }

  package static func number(_ value: UInt32) -> JSONValue {
    var text = TextBuffer(capacity: 16)
    text.append(value)
    return JSONValue(text)
  }

  /// A count, as a JSON number.
  package static func number(_ count: Int) -> JSONValue { .number(UInt32(clamping: count)) }

  package static func string(_ value: String) -> JSONValue {
    var text = TextBuffer(capacity: value.utf8.count + 2)
    text.appendQuoted(value)
    return JSONValue(text)
  }

  package static func array(_ values: [JSONValue]) -> JSONValue {
    var text = TextBuffer()
    text.append("[")
    var isFirst = true
    for value in values {
      if !isFirst { text.append(",") }
      isFirst = false
      text.append(value)
    }
    text.append("]")
    return JSONValue(text)
  }

  package static func object(_ object: consuming JSONObject) -> JSONValue { JSONValue(object.end()) }

  fileprivate func append(to text: inout TextBuffer) {
    text.append(content.text)
  }
}

/// A JSON object under construction.
package struct JSONObject: ~Copyable {
  private var members = TextBuffer()

  /// An object without members.
  package init() {}

  /// Adds a member.
  package mutating func add(_ key: String, _ value: JSONValue) {
    members.append(members.isEmpty ? "{" : ",")
    members.appendQuoted(key)
    members.append(":")
    members.append(value)
  }

  /// The object as JSON text.
  package consuming func end() -> TextBuffer {
    members.append(members.isEmpty ? "{}" : "}")
    return members
  }

  /// The object as JSON text on one line, with the end of the line.
  package consuming func line() -> TextBuffer {
    var line = end()
    line.append("\n")
    return line
  }
}

extension TextBuffer {
  fileprivate mutating func append(_ value: JSONValue) {
    value.append(to: &self)
  }

  /// Appends a text as a JSON string.
  fileprivate mutating func appendQuoted(_ string: String) {
    append("\"")
    if string.isPlainInJSON { append(string) } else { append(string.escapedInJSON) }
    append("\"")
  }
}

extension String {
  /// Whether it has only characters that a JSON string needs no escape for, and only those of ASCII.
  fileprivate var isPlainInJSON: Bool {
    for byte in utf8 where !(0x20..<0x7F ~= byte) || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
      return false
    }
    return true
  }

  fileprivate var escapedInJSON: String {
    var result = ""
    for scalar in unicodeScalars {
      if scalar == "\"" || scalar == "\\" {
        result += "\\"
        result.unicodeScalars.append(scalar)
      } else if scalar.isPrintable {
        result.unicodeScalars.append(scalar)
      } else {
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      }
    }
    return result
  }
}
