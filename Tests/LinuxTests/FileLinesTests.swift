// SPDX-License-Identifier: Apache-2.0

import Glibc
import Linux
import SystemPackage
import TestSupport
import Testing

/// The lines of a file, and when the next one needs a system call.
@Suite struct FileLinesTests {
  @Test func `are returned one after another, without their newlines`() throws {
    var lines = FileLines(try descriptor("first\n\nthird\nincomplete"))
    let all = try rest(&lines)
    #expect(all == ["first", "", "third"])
    let hasMore = try lines.next() != nil
    #expect(!hasMore)
  }

  @Test func `can be read again from the start`() throws {
    var lines = FileLines(try descriptor("first\nsecond\nincomplete"))
    for _ in 0..<3 {
      let first = try lines.next().map { String(decoding: $0, as: UTF8.self) }
      #expect(first == "first")
      try lines.rewind()
      let all = try rest(&lines)
      #expect(all == ["first", "second"])
      try lines.rewind()
    }
  }

  @Test func `show what has been added when they are read again`() throws {
    let file = try descriptor("first\n")
    let other = dup(file)
    defer { close(other) }
    var lines = FileLines(file)
    let before = try rest(&lines)
    #expect(before == ["first"])
    try #require(write(other, "second\n", 7) == 7)
    try lines.rewind()
    let after = try rest(&lines)
    #expect(after == ["first", "second"])
  }

  @Test func `need a system call if every line that was read is returned`() throws {
    var lines = FileLines(try descriptor("first\nsecond\n"))
    var isDrained = [lines.isDrained]
    for _ in 0..<3 {
      _ = try lines.next()
      isDrained.append(lines.isDrained)
    }
    try lines.rewind()
    _ = try lines.next()
    isDrained.append(lines.isDrained)
    try lines.rewind()
    isDrained.append(lines.isDrained)
    #expect(isDrained == [true, false, true, true, false, true])
  }

  @Test func `cannot be read again from a pipe`() throws {
    var ends: [CInt] = [-1, -1]
    try #require(pipe(&ends) == 0)
    close(ends[1])
    var lines = FileLines(ends[0])
    do throws(Errno) {
      try lines.rewind()
      Issue.record("a pipe has a position")
    } catch {
      #expect(error == .illegalSeek)
    }
  }

  /// An open file without a name, with this content.
  private func descriptor(_ text: String) throws -> CInt {
    let stream = try #require(tmpfile())
    let file = dup(fileno(stream))
    fclose(stream)
    try #require(write(file, text, text.utf8.count) == text.utf8.count && lseek(file, 0, SEEK_SET) == 0)
    return file
  }

  private func rest(_ lines: inout FileLines) throws -> [String] {
    var result: [String] = []
    while let line = try lines.next() { result.append(String(decoding: line, as: UTF8.self)) }
    return result
  }
}
