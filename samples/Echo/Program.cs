using System.CommandLine;
using Echo.Commands;

return await new RootCommand("A libp2p peer for interoperability tools: it serves echo, sink, perf and reset, or checks a peer that does.")
{
    new ListenCommand(),
    new DialCommand(),
}.Parse(args).InvokeAsync();
