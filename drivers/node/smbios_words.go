//go:build linux

package node

// family is a kind of processor. Intel's and AMD's tell their signature, each
// in its own way.
type family struct {
	name string
	by   maker
}

type maker byte

const (
	other maker = iota
	intel
	amd
)

// families are the processors of SMBIOS (DSP0134, table 23) that a host with
// virtual machines may have.
var families = map[uint16]family{
	1: {"Other", other}, 2: {"Unknown", other}, 5: {"80386", intel}, 6: {"80486", intel}, 11: {"Pentium", intel},
	12: {"Pentium Pro", intel}, 13: {"Pentium II", intel}, 14: {"Pentium MMX", intel}, 15: {"Celeron", intel},
	16: {"Pentium II Xeon", intel}, 17: {"Pentium III", intel}, 18: {"M1", intel}, 19: {"M2", intel},
	20: {"Celeron M", intel}, 21: {"Pentium 4 HT", intel}, 24: {"Duron", amd}, 25: {"K5", amd}, 26: {"K6", amd},
	27: {"K6-2", amd}, 28: {"K6-3", amd}, 29: {"Athlon", amd}, 31: {"K6-2+", amd}, 40: {"Core Duo", intel},
	41: {"Core Duo Mobile", intel}, 42: {"Core Solo Mobile", intel}, 43: {"Atom", intel}, 44: {"Core M", intel},
	45: {"Core m3", intel}, 46: {"Core m5", intel}, 47: {"Core m7", intel},
	56: {"Turion II Ultra Dual-Core Mobile M", amd}, 57: {"Turion II Dual-Core Mobile M", amd},
	58: {"Athlon II Dual-Core M", amd}, 59: {"Opteron 6100", amd}, 60: {"Opteron 4100", amd}, 61: {"Opteron 6200", amd},
	62: {"Opteron 4200", amd}, 63: {"FX", amd}, 70: {"C-Series", amd}, 71: {"E-Series", amd}, 72: {"A-Series", amd},
	73: {"G-Series", amd}, 74: {"Z-Series", amd}, 75: {"R-Series", amd}, 76: {"Opteron 4300", amd},
	77: {"Opteron 6300", amd}, 78: {"Opteron 3300", amd}, 79: {"FirePro", amd}, 102: {"Athlon X4", amd},
	103: {"Opteron X1000", amd}, 104: {"Opteron X2000", amd}, 105: {"Opteron A-Series", amd},
	106: {"Opteron X3000", amd}, 107: {"Zen", amd}, 130: {"Itanium", other}, 131: {"Athlon 64", amd},
	132: {"Opteron", amd}, 133: {"Sempron", amd}, 134: {"Turion 64", amd}, 135: {"Dual-Core Opteron", amd},
	136: {"Athlon 64 X2", amd}, 137: {"Turion 64 X2", amd}, 138: {"Quad-Core Opteron", amd},
	139: {"Third-Generation Opteron", amd}, 140: {"Phenom FX", amd}, 141: {"Phenom X4", amd}, 142: {"Phenom X2", amd},
	143: {"Athlon X2", amd}, 161: {"Quad-Core Xeon 3200", intel}, 162: {"Dual-Core Xeon 3000", intel},
	163: {"Quad-Core Xeon 5300", intel}, 164: {"Dual-Core Xeon 5100", intel}, 165: {"Dual-Core Xeon 5000", intel},
	166: {"Dual-Core Xeon LV", intel}, 167: {"Dual-Core Xeon ULV", intel}, 168: {"Dual-Core Xeon 7100", intel},
	169: {"Quad-Core Xeon 5400", intel}, 170: {"Quad-Core Xeon", intel}, 171: {"Dual-Core Xeon 5200", intel},
	172: {"Dual-Core Xeon 7200", intel}, 173: {"Quad-Core Xeon 7300", intel}, 174: {"Quad-Core Xeon 7400", intel},
	175: {"Multi-Core Xeon 7400", intel}, 176: {"Pentium III Xeon", intel}, 177: {"Pentium III Speedstep", intel},
	178: {"Pentium 4", intel}, 179: {"Xeon", intel}, 181: {"Xeon MP", intel}, 182: {"Athlon XP", amd},
	183: {"Athlon MP", amd}, 184: {"Itanium 2", other}, 185: {"Pentium M", intel}, 186: {"Celeron D", intel},
	187: {"Pentium D", intel}, 188: {"Pentium EE", intel}, 189: {"Core Solo", intel}, 190: {"Core 2", intel},
	191: {"Core 2 Duo", intel}, 192: {"Core 2 Solo", intel}, 193: {"Core 2 Extreme", intel}, 194: {"Core 2 Quad", intel},
	195: {"Core 2 Extreme Mobile", intel}, 196: {"Core 2 Duo Mobile", intel}, 197: {"Core 2 Solo Mobile", intel},
	198: {"Core i7", intel}, 199: {"Dual-Core Celeron", intel}, 202: {"G5", other}, 204: {"z/Architecture", other},
	205: {"Core i5", intel}, 206: {"Core i3", intel}, 207: {"Core i9", intel}, 210: {"C7-M", intel},
	211: {"C7-D", intel}, 212: {"C7", intel}, 213: {"Eden", intel}, 214: {"Multi-Core Xeon", intel},
	215: {"Dual-Core Xeon 3xxx", intel}, 216: {"Quad-Core Xeon 3xxx", intel}, 217: {"Nano", intel},
	218: {"Dual-Core Xeon 5xxx", intel}, 219: {"Quad-Core Xeon 5xxx", intel}, 221: {"Dual-Core Xeon 7xxx", intel},
	222: {"Quad-Core Xeon 7xxx", intel}, 223: {"Multi-Core Xeon 7xxx", intel}, 224: {"Multi-Core Xeon 3400", intel},
	228: {"Opteron 3000", amd}, 229: {"Sempron II", amd}, 230: {"Embedded Opteron Quad-Core", amd},
	231: {"Phenom Triple-Core", amd}, 232: {"Turion Ultra Dual-Core Mobile", amd}, 233: {"Turion Dual-Core Mobile", amd},
	234: {"Athlon Dual-Core", amd}, 235: {"Sempron SI", amd}, 236: {"Phenom II", amd}, 237: {"Athlon II", amd},
	238: {"Six-Core Opteron", amd}, 239: {"Sempron M", amd}, 256: {"ARMv7", other}, 257: {"ARMv8", other},
	258: {"ARMv9", other}, 512: {"RV32", other}, 513: {"RV64", other}, 514: {"RV128", other},
}

// The other words of the table, by their numbers; "" has no meaning.
var (
	processorTypes = []string{"", "Other", "Unknown", "Central Processor", "Math Processor", "DSP Processor", "Video Processor"}

	processorStatus = []string{"Unknown", "Enabled", "Disabled By User", "Disabled By BIOS", "Idle", "", "", "Other"}

	formFactors = []string{"", "Other", "Unknown", "SIMM", "SIP", "Chip", "DIP", "ZIP", "Proprietary Card", "DIMM", "TSOP",
		"Row Of Chips", "RIMM", "SODIMM", "SRIMM", "FB-DIMM", "Die"}

	memoryTypes = []string{"", "Other", "Unknown", "DRAM", "EDRAM", "VRAM", "SRAM", "RAM", "ROM", "Flash", "EEPROM", "FEPROM",
		"EPROM", "CDRAM", "3DRAM", "SDRAM", "SGRAM", "RDRAM", "DDR", "DDR2", "DDR2 FB-DIMM", "Reserved", "Reserved", "Reserved",
		"DDR3", "FBD2", "DDR4", "LPDDR", "LPDDR2", "LPDDR3", "LPDDR4", "Logical non-volatile device", "HBM", "HBM2", "DDR5", "LPDDR5"}

	// memoryDetails are bits, from the second on.
	memoryDetails = []string{"", "Other", "Unknown", "Fast-paged", "Static Column", "Pseudo-static", "RAMBus", "Synchronous", "CMOS",
		"EDO", "Window DRAM", "Cache DRAM", "Non-Volatile", "Registered (Buffered)", "Unbuffered (Unregistered)", "LRDIMM"}
)

// outOfSpec stands for a number that has no meaning.
const outOfSpec = "<OUT OF SPEC>"

// wordOf is the word for a number.
func wordOf(words []string, n int) string {
	if n < 0 || n >= len(words) || words[n] == "" {
		return outOfSpec
	}
	return words[n]
}
