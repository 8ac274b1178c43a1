using System.CommandLine;
using KeyValue.Hosting;

// The host sees to signals itself, and a silo that takes its leave may need longer than the two seconds that a command is given.
return await new SiloCommand(SiloHost.RunAsync).Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
