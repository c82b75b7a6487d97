"""
A file server for the benchmark of fetching, in a process of its own: parts of files, after a fixed time.

`python -m bench.ranges FOLDER MILLISECONDS MBIT` prints its port; all connections share a line of so many Mbit/s (0: no limit).
/ANY/NAME gives NAME of the folder, so that a few files stand for many scenes; /log gives what was asked since it was last
asked, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path


class Files:
    """The files, in memory, and what was asked of them."""

    def __init__(self, folder: Path, seconds: float, bits: float) -> None:
        self.whole = {file.name: file.read_bytes() for file in folder.iterdir()}
        self.seconds = seconds
        self.bits = bits
        self.free_at = 0.0
        self.asked: list[tuple[str, int, int]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, kept alive."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await asyncio.sleep(self.seconds)
                start, body = self.answer(head.decode("latin-1"))
                writer.write(start)
                if self.bits:
                    now = asyncio.get_running_loop().time()
                    self.free_at = max(now, self.free_at) + 8 * len(body) / self.bits
                    await asyncio.sleep(self.free_at - now)
                writer.write(body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def answer(self, head: str) -> tuple[bytes, bytes | memoryview]:
        """Status and headers, and the body, of the answer to one request."""
        method, path, _version = head.split("\r\n", 1)[0].split(" ")
        if path == "/log":
            body, self.asked = json.dumps(self.asked).encode(), []
            return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body), body
        whole = self.whole.get(path.rsplit("/", 1)[-1])
        if whole is None:
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", b""
        size = len(whole)
        found = re.search(r"(?im)^range: bytes=(\d+)-(\d*)", head)
        start, stop = 0, size
        if found:
            start, stop = int(found[1]), min(size, int(found[2]) + 1) if found[2] else size
        said = f"HTTP/1.1 {'206 Partial Content' if found else '200 OK'}\r\nAccept-Ranges: bytes\r\n"
        said += f'ETag: "{path}"\r\nContent-Type: image/tiff\r\nContent-Length: {stop - start}\r\n'
        if found:
            said += f"Content-Range: bytes {start}-{stop - 1}/{size}\r\n"
        if method != "GET":
            return said.encode() + b"\r\n", b""
        self.asked.append((path, start, stop))
        return said.encode() + b"\r\n", memoryview(whole)[start:stop]


async def main(folder: Path, milliseconds: float, mbit: float) -> None:
    """Serve until killed."""
    files = Files(folder, milliseconds / 1000, mbit * 1e6)
    server = await asyncio.start_server(files.serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])))
