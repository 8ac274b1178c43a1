using System.Text.Encodings.Web;
using System.Text.Json;

namespace Echo;

/// <summary>What the program says: one JSON object per line on its standard output.</summary>
internal static class EventLine
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static void Write<T>(T message)
    {
        Console.Out.WriteLine(JsonSerializer.Serialize(message, Options));
        Console.Out.Flush();
    }
}
