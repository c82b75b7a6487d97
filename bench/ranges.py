"""
A file server for the benchmark of fetching, in a process of its own: parts of files, after a fixed time.

`python -m bench.ranges FOLDER MILLISECONDS` prints its port. /ANY/NAME gives NAME of the folder, so that a few files stand for
many scenes; /log gives what was asked since it was last asked, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path


class Files:
    """The files, in memory, and what was asked of them."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self.whole = {file.name: file.read_bytes() for file in folder.iterdir()}
        self.seconds = seconds
        self.asked: list[tuple[str, int, int]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, kept alive."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.answer(head.decode("latin-1"), writer, await self.wait())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def wait(self) -> None:
        """As far away as the server is meant to be."""
        await asyncio.sleep(self.seconds)

    def answer(self, head: str, writer: asyncio.StreamWriter, _: None) -> None:
        """Write the answer to one request."""
        method, path, _version = head.split("\r\n", 1)[0].split(" ")
        if path == "/log":
            body, self.asked = json.dumps(self.asked).encode(), []
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            return
        whole = self.whole.get(path.rsplit("/", 1)[-1])
        if whole is None:
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return
        size = len(whole)
        found = re.search(r"(?im)^range: bytes=(\d+)-(\d*)", head)
        start, stop = 0, size
        if found:
            start, stop = int(found[1]), min(size, int(found[2]) + 1) if found[2] else size
        said = f"HTTP/1.1 {'206 Partial Content' if found else '200 OK'}\r\nAccept-Ranges: bytes\r\n"
        said += f'ETag: "{path}"\r\nContent-Type: image/tiff\r\nContent-Length: {stop - start}\r\n'
        if found:
            said += f"Content-Range: bytes {start}-{stop - 1}/{size}\r\n"
        writer.write(said.encode() + b"\r\n")
        if method == "GET":
            writer.write(memoryview(whole)[start:stop])
            self.asked.append((path, start, stop))


async def main(folder: Path, milliseconds: float) -> None:
    """Serve until killed."""
    files = Files(folder, milliseconds / 1000)
    server = await asyncio.start_server(files.serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), float(sys.argv[2])))
