using System.Buffers;

namespace KeyValue.Http;

/// <summary>Request bodies with a limit.</summary>
internal static class Bodies
{
    /// <summary>The largest value: well below the largest command of a group, which has the key and an envelope around it.</summary>
    public const int MaxValueBytes = 4 << 20;

    /// <summary>
    /// Reads a whole body. One that is too large is left unread: the server drains it for a while after the answer, so that the client, which is
    /// still sending, gets to see the 413.
    /// </summary>
    /// <exception cref="BadHttpRequestException">The body is larger, with status code 413.</exception>
    public static async Task<byte[]> ReadAsync(HttpRequest request, int maxBytes)
    {
        if (request.ContentLength > maxBytes)
            throw TooLarge(maxBytes);
        while (true)
        {
            var read = await request.BodyReader.ReadAsync();
            if (read.Buffer.Length > maxBytes)
            {
                request.BodyReader.AdvanceTo(read.Buffer.End);
                throw TooLarge(maxBytes);
            }

            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return body;
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static BadHttpRequestException TooLarge(int maxBytes) =>
        new($"The body is larger than {maxBytes} bytes. Nothing was written.", StatusCodes.Status413PayloadTooLarge);
}
