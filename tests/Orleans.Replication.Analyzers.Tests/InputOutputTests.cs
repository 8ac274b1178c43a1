using Orleans.Replication.Analyzers.Tests.Compiling;

namespace Orleans.Replication.Analyzers.Tests;

/// <summary>ORPL0004.</summary>
public sealed class InputOutputTests
{
    [Theory]
    [InlineData("_ = File.ReadAllText(Text);")]
    [InlineData("_ = new FileInfo(Text).Length;")]
    [InlineData("_ = new FileStream(Text, FileMode.Open);")]
    [InlineData("_ = new StreamReader(Text);")]
    [InlineData("_ = Directory.Exists(Text);")]
    [InlineData("_ = Path.GetTempPath();")]
    [InlineData("Console.WriteLine(Text);")]
    [InlineData("Console.Out.Flush();")]
    [InlineData("_ = new System.Net.Http.HttpClient();")]
    [InlineData("_ = System.Net.Dns.GetHostName();")]
    [InlineData("_ = new System.Net.Sockets.TcpClient();")]
    [InlineData("_ = Process.GetCurrentProcess();")]
    public Task Input_and_output_are_reported(string statement) => Expect.InApply(statement + " // ORPL0004");

    [Fact]
    public Task What_works_in_memory_is_not() => Expect.InApply(
        """
        using var stream = new MemoryStream();
        using var writer = new StreamWriter(stream);
        writer.Write(Text);
        _ = new StringReader(Text).ReadLine();
        _ = Path.GetExtension(Text);
        _ = System.Net.IPAddress.Loopback;
        if (Number > 0) throw new InvalidDataException(Text);
        """);
}
