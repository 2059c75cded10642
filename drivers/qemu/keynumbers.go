//go:build linux

package qemu

// keyNumbers are the emulator's numbers of the keys above 83, by Linux's codes.
// They were found by typing each key on the reference and reading in QEMU's
// trace which one arrives.
var keyNumbers = map[uint32]int{
	84: 0x54, 86: 0x56, 87: 0x57, 88: 0x58, 89: 0x73, 91: 0x77, 92: 0x79, 93: 0x70, 94: 0x7b, 96: 0x9c, 97: 0x9d, 98: 0xb5,
	99: 0x54, 100: 0xb8, 101: 0x5b, 102: 0xc7, 103: 0xc8, 104: 0xc9, 105: 0xcb, 106: 0xcd, 107: 0xcf, 108: 0xd0, 109: 0xd1, 110: 0xd2,
	111: 0xd3, 113: 0xa0, 114: 0xae, 115: 0xb0, 116: 0xde, 117: 0x59, 119: 0xc6, 121: 0x7e, 122: 0x72, 123: 0x71, 124: 0x7d, 125: 0xdb,
	126: 0xdc, 127: 0xdd, 128: 0xe8, 129: 0x85, 130: 0x86, 131: 0x87, 132: 0x8c, 133: 0xf8, 134: 0x64, 135: 0x65, 136: 0xc1, 137: 0xbc,
	138: 0xf5, 139: 0x9e, 140: 0xa1, 142: 0xdf, 143: 0xe3, 155: 0xec, 156: 0xe6, 157: 0xeb, 158: 0xea, 159: 0xe9, 163: 0x99, 164: 0xa2,
	165: 0x90, 166: 0xa4, 172: 0xb2, 173: 0xe7, 183: 0x5d, 184: 0x5e, 185: 0x5f, 186: 0x55, 187: 0x83, 188: 0xf7, 189: 0x84, 190: 0x5a,
	191: 0x74, 192: 0xf9, 193: 0x6d, 194: 0x6f, 226: 0xed,
}

// silentKeys are ranges of codes that the reference accepts and the emulator
// has no key for.
var silentKeys = [][2]uint32{
	{85, 85}, {90, 90}, {95, 95}, {112, 112}, {118, 118}, {120, 120}, {141, 141}, {144, 154}, {160, 162}, {167, 171}, {174, 182}, {195, 225},
	{227, 265}, {272, 279}, {288, 299}, {303, 318}, {320, 327}, {330, 337}, {352, 439}, {448, 451}, {464, 484}, {497, 506}, {512, 524},
}

// silentKey is a number that the emulator has no key for.
const silentKey = 0x66
